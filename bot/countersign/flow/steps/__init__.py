"""The steps of a thread: which one is next, running it, and making our rows agree with the graph."""
