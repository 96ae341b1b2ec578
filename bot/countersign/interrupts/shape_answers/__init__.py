"""Buttons and forms made from the shape of the answer that the graph's own code reads."""
