"""Checkpoints and the long-term store on PostgreSQL."""
