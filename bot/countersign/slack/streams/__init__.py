"""Messages that are shown while they are written, with Slack's stream methods or with updates."""
