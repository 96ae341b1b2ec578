"""The tables: migrations, and the index of the long-term store."""
