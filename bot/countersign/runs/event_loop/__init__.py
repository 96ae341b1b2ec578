"""The event loop of the graphs, in a thread of its own, and the watchdog for what blocks it."""
