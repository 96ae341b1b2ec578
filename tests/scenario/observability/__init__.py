"""What operators see of the bot, and what they never see of people."""
