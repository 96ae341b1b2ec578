"""Encrypted columns: writing and reading their values, and rotating keys."""
