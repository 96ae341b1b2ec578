"""Live display of a run: its text as it streams, and its tool calls as a plan."""
