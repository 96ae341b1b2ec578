"""`chat.*`: messages, scheduled messages and streams."""
