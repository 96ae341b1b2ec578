"""The time limit of one validation, checked by every rule of a validator."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

SECONDS = 1.0  # of one validation: Slack waits 3 for the answer to a form, which may take two of them

_deadline: ContextVar[float] = ContextVar("_deadline")


class ValidationTimeout(Exception):
    """The validation takes too long, so there is none."""


@contextmanager
def time_limit() -> Iterator[None]:
    """Inside, `check_time` raises ValidationTimeout once the block has lasted `SECONDS`."""
    token = _deadline.set(monotonic() + SECONDS)
    try:
        yield
    finally:
        _deadline.reset(token)


def time_left() -> float:
    """Seconds; to be called inside `time_limit` alone."""
    return _deadline.get() - monotonic()


def check_time() -> None:
    """Raise ValidationTimeout if no time is left."""
    if time_left() < 0:
        raise ValidationTimeout
