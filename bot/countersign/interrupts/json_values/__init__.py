"""JSON values: made of any Python value, compared, pointed into, and told from a value that is not there."""
