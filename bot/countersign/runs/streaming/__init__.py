"""What a run reports while it goes on: the model's words, and the calls of tools."""
