"""Services for the tools of a graph: Slack calls, and effects that happen once."""
