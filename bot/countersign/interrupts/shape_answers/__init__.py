"""Buttons and forms for the answer that a graph's own code reads, where the payload leaves it open."""
