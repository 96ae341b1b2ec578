"""Bots on one database, the graphs that they run, the people who use them, and what must hold of them."""
