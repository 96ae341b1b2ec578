"""Finds and reads the policy file, and the freeze calendars beside it, on disk."""

from pathlib import Path

from countersign.approvals.policy.clock.freeze_calendar import BadCalendar
from countersign.approvals.policy.policy import NO_POLICY, Policy
from countersign.approvals.policy.reading import PolicyError, Problem, read_policy

POLICY_FILE = Path("approvals.toml")


def find_policy_file(named: Path | None, graph_config: Path) -> Path:
    """The one that POLICY_FILE names, else approvals.toml here, else the one beside langgraph.json.

    Where there is none, it is the first of the two places. A file that is named may be absent, too; see
    `missing_file_warning`.
    """
    if named is not None:
        return named
    beside = graph_config.parent / POLICY_FILE
    return beside if not POLICY_FILE.exists() and beside.exists() else POLICY_FILE


def missing_file_warning(named: Path | None) -> str | None:
    """What to tell the operator if POLICY_FILE names a file that is not there: nobody may have meant that."""
    if named is None or named.exists():
        return None
    return f"POLICY_FILE names {named}, and there is no such file: the workspace's members decide everything."


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
