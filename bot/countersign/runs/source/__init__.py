"""The source of a loaded graph: which functions it calls, and the text of the modules they are in."""
