"""The results of a run: its output, reconciliation of our rows with its state, and the step result."""
