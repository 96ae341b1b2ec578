"""The use cases: how a message, a decision and a card travel through the bot, and the ports they use."""
