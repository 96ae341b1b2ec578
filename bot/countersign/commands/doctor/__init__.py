"""The command `doctor`: checks everything that the bot needs, and says for each failure what to do."""
