"""How events and interactions reach the bot: Socket Mode or signed HTTP, with Slack's retries."""
