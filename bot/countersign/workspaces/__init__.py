"""The workspaces that a process serves: each with services of its own, on what they share."""
