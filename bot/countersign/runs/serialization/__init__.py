"""Serializing checkpoints, and the types that deserializing may create."""
