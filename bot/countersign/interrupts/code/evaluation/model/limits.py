"""Limits of reading code. Beyond one, a question keeps the shape that its payload suggests."""

MAX_STEPS = 60_000  # nodes of syntax trees, for one function that LangGraph calls; a second or two
MAX_STEPS_OF_A_GRAPH = 200_000
MAX_EXPRESSION_DEPTH = 150
MAX_CALL_DEPTH = 16
MAX_CALL_DEPTH_FOR_NAMES = 3  # where only names are looked for, as in a function around another one
MAX_IMPORT_DEPTH = 12


class ReadingStopped(Exception):
    """The code is too large, or too deeply nested, to be read to its end."""
