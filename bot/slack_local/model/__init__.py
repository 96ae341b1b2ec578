"""The workspace's state and its parts: records, clock, change feed, wire log, seed data, persistence."""
