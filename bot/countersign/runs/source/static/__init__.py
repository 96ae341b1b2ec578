"""Reads the graphs of a project whose code cannot be loaded, from its source alone."""
