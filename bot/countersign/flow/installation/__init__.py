"""Workspaces that installed the app: their tokens, who may install it, and what their removal ends."""
