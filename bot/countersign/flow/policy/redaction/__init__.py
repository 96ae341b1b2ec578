"""Redaction by rules: its pointers, requests without redacted values, and log lines without them."""
