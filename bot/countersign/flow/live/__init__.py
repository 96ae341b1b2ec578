"""What people see of a run while it goes on: its words as they come, and its tool calls as a plan."""
