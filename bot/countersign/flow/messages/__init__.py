"""Messages: inbound from Slack, and outgoing to it."""
