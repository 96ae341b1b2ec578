"""Which columns are encrypted, how their values are written and read, and how keys are rotated."""
