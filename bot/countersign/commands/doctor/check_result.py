"""The result of a check: its status, what was seen, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    OK = "ok"
    WARN = "warn"  # the bot works, and something is worth a look
    FAIL = "fail"  # the bot, or a part of it, does not work
    SKIP = "skip"  # was not checked


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    status: CheckStatus
    seen: str
    advice: str = ""


def ok(seen: str) -> CheckResult:
    return CheckResult(status=CheckStatus.OK, seen=seen)


def warn(seen: str, advice: str) -> CheckResult:
    return CheckResult(status=CheckStatus.WARN, seen=seen, advice=advice)


def fail(seen: str, advice: str) -> CheckResult:
    return CheckResult(status=CheckStatus.FAIL, seen=seen, advice=advice)


def skip(seen: str, advice: str = "") -> CheckResult:
    return CheckResult(status=CheckStatus.SKIP, seen=seen, advice=advice)
