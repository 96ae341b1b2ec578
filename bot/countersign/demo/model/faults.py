"""What a real model's server does on a bad day, on demand."""

from collections import deque
from enum import StrEnum


class Trouble(StrEnum):
    HANG = "hang"  # takes the request and never answers
    RATE_LIMITED = "rate_limited"  # 429 with Retry-After
    SERVER_ERROR = "server_error"  # 500
    GARBAGE = "garbage"  # 200 with a body that is no JSON
    CUT = "cut"  # answers half of it, then drops the connection


class Troubles:
    """Troubles in the order in which they will befall the next requests, one each."""

    def __init__(self) -> None:
        self._ahead: deque[Trouble] = deque()

    def add(self, trouble: Trouble, times: int = 1) -> None:
        """Let this befall as many of the next requests, after the troubles that are ahead already."""
        self._ahead.extend([trouble] * times)

    def next(self) -> Trouble | None:
        """Take the trouble of the request that has just arrived."""
        return self._ahead.popleft() if self._ahead else None

    def clear(self) -> None:
        """Let everything work from now on."""
        self._ahead.clear()
