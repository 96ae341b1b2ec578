"""Messages that are not cards, text, streams and files."""
