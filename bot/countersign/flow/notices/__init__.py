"""What people are told about an approval beside its card: in its thread, and by direct message."""
