"""What a run reports while it runs: the model's text, tool calls and steps."""
