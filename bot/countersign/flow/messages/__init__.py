"""Messages: what comes in from Slack, and what a run says."""
