"""Changes to the workspace, each with the events that Slack sends for it."""
