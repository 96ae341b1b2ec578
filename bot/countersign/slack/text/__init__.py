"""Text between people and graphs: Slack's markup made readable, names, links, and long Markdown in pieces."""
