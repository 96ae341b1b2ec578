"""What a check found: its status, what was seen, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    WARN = "warn"  # the bot works, and something is worth a look
    FAIL = "fail"  # the bot, or a part of it, does not work
    SKIP = "skip"  # was not checked


@dataclass(frozen=True, kw_only=True)
class Finding:
    status: Status
    seen: str
    advice: str = ""


def ok(seen: str) -> Finding:
    return Finding(status=Status.OK, seen=seen)


def warn(seen: str, advice: str) -> Finding:
    return Finding(status=Status.WARN, seen=seen, advice=advice)


def fail(seen: str, advice: str) -> Finding:
    return Finding(status=Status.FAIL, seen=seen, advice=advice)


def skip(seen: str, advice: str = "") -> Finding:
    return Finding(status=Status.SKIP, seen=seen, advice=advice)
