"""Reads the policy file, and the freeze calendars beside it, from disk."""

from pathlib import Path

from countersign.approvals.policy.clock.freeze_calendar import BadCalendar
from countersign.approvals.policy.policy import NO_POLICY, Policy
from countersign.approvals.policy.reading import PolicyError, Problem, read_policy


def load_policy(path: Path) -> Policy:
    """The policy of this file; where there is no such file, members decide. Raises PolicyError."""
    try:
        document = path.read_bytes()
    except FileNotFoundError:
        return NO_POLICY
    except OSError as error:
        raise _unreadable(path, f"it cannot be read ({error.strerror})") from None
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = document[: error.start].count(b"\n") + 1
        raise _unreadable(path, f"byte {error.start + 1} is not UTF-8", line) from None

    def load_calendar(name: str) -> str:
        try:
            return (path.parent / name).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise BadCalendar(f"it cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise BadCalendar("it is not UTF-8") from None

    return read_policy(text, load_calendar, name=str(path))


def _unreadable(path: Path, what: str, line: int = 1) -> PolicyError:
    return PolicyError(str(path), [Problem(line=line, what=what)])
