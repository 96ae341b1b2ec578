"""The dialects: how graphs ask, and the answer each of them wants. Pure functions, no I/O."""
