"""Files shared with a message: reading them for the graph, and reporting those that are not read."""
