"""What a run leaves behind: its output, our rows in agreement with its state, and the result of the step."""
