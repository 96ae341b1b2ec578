"""How a question's values are shown."""
