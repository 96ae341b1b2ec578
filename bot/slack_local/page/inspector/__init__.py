"""The page's inspector: the wire log by thread, and the faults that can be set there."""
