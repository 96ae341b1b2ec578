"""Errors of runs: what the log, the thread and the graph's author get."""
