"""The fields in which an answer is given."""
