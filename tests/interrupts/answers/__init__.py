"""From a decision to the value that the graph gets."""
