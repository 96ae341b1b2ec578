"""Giving a decision to the graph: whether it still fits, and that the graph took it once."""
