"""Files that come with a message: which reach the graph, and what their writer is told of the others."""
