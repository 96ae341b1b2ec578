"""Messages to post: the outbox, its claims, and cards whose message is gone."""
