"""How Slack's requests reach the bot."""
