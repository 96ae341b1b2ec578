"""What an exception says to the author of the graph that raised it."""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ErrorReport:
    """An exception that stopped a run. Secrets are redacted in every text.

    The location is the innermost line of the graph's own code; None where the exception never passed it.
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
    """What people give to their admin, who finds it in the log: short enough to be typed."""
    return secrets.token_hex(4)
