"""A report of an exception, for the author of the graph that raised it."""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ErrorReport:
    """An exception that stopped a run. Secrets are redacted in every text.

    The location is the innermost line of the graph's own code; None where the traceback has none.
    """

    error_id: str
    graph: str
    type: str
    message: str
    file: str | None = None
    line: int | None = None
    function: str | None = None
    code: str | None = None  # the line as it is in the file, without its indentation
    traceback: str


def new_error_id() -> str:
    """An Error ID that admins find in the log: short enough to type."""
    return secrets.token_hex(4)
