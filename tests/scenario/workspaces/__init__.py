"""Installing the app, and serving several workspaces."""
