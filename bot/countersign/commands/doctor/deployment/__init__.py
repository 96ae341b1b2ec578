"""Checks of what the bot runs with: settings, database, keys, graphs, policy, model."""
