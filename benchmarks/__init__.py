"""How fast and how large it is, measured against the bare engine and against a plain bolt app."""
