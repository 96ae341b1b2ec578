"""Protocols that the PostgreSQL adapters in `store/` implement, one module for each subject."""
