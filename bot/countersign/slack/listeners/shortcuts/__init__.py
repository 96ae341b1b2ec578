"""Shortcuts: a form that starts an agent, in a channel or below a message."""
