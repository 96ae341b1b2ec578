"""Forms: the fields that an answer is typed into, built from a schema or a value, and read back."""
