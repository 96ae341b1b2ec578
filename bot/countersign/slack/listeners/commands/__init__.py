"""Slash commands and the buttons of their answers."""
