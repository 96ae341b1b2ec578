"""What a decision sends to the graph: templates, what the graph's code takes, and previews of both."""
