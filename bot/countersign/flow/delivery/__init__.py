"""How the outbox's rows become messages in Slack, and how cards are kept up to date."""
