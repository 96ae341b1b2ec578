"""Checks of what Slack knows of the app: tokens, scopes, events, addresses, blocks."""
