"""What the tools of a graph get from the bot: Slack, and effects that happen once."""
