"""One guard, and what holds it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What to replace by what, and the tests each of which must fail then."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
