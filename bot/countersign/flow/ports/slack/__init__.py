"""Protocols that the adapters in `slack/` implement, one module for each subject."""
