"""Files that people share: what an event says of them, and their content."""
