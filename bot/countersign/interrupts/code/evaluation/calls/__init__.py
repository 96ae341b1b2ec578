"""Calls: of `interrupt`, of the graph's own functions and classes, and of known libraries."""
