"""Faults of a model's server, injected on demand."""

from collections import deque
from enum import StrEnum


class Fault(StrEnum):
    HANG = "hang"  # takes the request and never answers
    RATE_LIMITED = "rate_limited"  # 429 with Retry-After
    SERVER_ERROR = "server_error"  # 500
    GARBAGE = "garbage"  # 200 with a body that is not JSON
    CUT = "cut"  # answers half of it, then drops the connection


class FaultQueue:
    """The faults of the next requests, one each, in order."""

    def __init__(self) -> None:
        self._pending: deque[Fault] = deque()

    def add(self, fault: Fault, times: int = 1) -> None:
        """Give this fault to as many further requests, after those that have one already."""
        self._pending.extend([fault] * times)

    def take(self) -> Fault | None:
        """The fault of the request that has just arrived, or None; uses it up."""
        return self._pending.popleft() if self._pending else None

    def clear(self) -> None:
        """Drop every pending fault."""
        self._pending.clear()
