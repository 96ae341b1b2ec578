"""Stories that play themselves: who does what in the workspace, and what has to come of it."""
