"""Notifications about an approval beside its card: in its thread, and by direct message."""
