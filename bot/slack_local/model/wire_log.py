"""Everything that went over the wire, for tests and for the inspector."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from slack_local.model.records import JsonObject


@dataclass(kw_only=True)
class ApiCall:
    """One Web API call, a response URL or an upload: what was asked, and what was answered."""

    seq: int
    at: float
    method: str
    arguments: JsonObject
    answer: JsonObject = field(default_factory=dict)
    status: int = 0
    took: float = 0.0
    fault: str | None = None

    @property
    def ok(self) -> bool:
        return bool(self.answer.get("ok"))


@dataclass(kw_only=True)
class Attempt:
    """One attempt to hand the bot an event, an interaction or a command."""

    seq: int
    at: float
    kind: Literal["events_api", "interactive", "slash_commands"]
    name: str  # the event's type, or the interaction's
    body: JsonObject
    attempt: int = 0  # 0 is the first, as in retry_attempt
    retry_reason: str | None = None
    transport: str = ""
    envelope_id: str = ""
    acknowledged_after: float | None = None  # seconds; None while or when it is not acknowledged
    answer: JsonObject | None = None
    outcome: str = "sent"  # sent, acknowledged, or why it failed
    fault: str | None = None


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A socket that was opened, asked to disconnect, or closed."""

    seq: int
    at: float
    connection: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Violation:
    """Something the bot sent that Slack's rules do not allow."""

    seq: int
    at: float
    where: str
    error: str
    messages: tuple[str, ...]


Entry: TypeAlias = ApiCall | Attempt | Connection | Violation


class WireLog:
    """The last `keep` entries, each with a number that only grows: a reader asks for what came after."""

    def __init__(self, keep: int = 20_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=keep)
        self._seq = 0
        self.on_entry: Callable[[], None] = lambda: None  # called when an entry was added

    def next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self.on_entry()

    @property
    def cursor(self) -> int:
        """The number of the newest entry; give it to `since` to see only what comes later."""
        return self._seq

    def since(self, cursor: int = 0) -> list[Entry]:
        """The entries after `cursor`, oldest first."""
        newer: list[Entry] = []
        for entry in reversed(self._entries):
            if entry.seq <= cursor:
                break
            newer.append(entry)
        newer.reverse()
        return newer

    def calls(self, method: str | None = None, *, since: int = 0) -> list[ApiCall]:
        """The API calls, all or those of one method."""
        return [e for e in self.since(since) if isinstance(e, ApiCall) and method in (None, e.method)]

    def attempts(self, name: str | None = None, *, since: int = 0) -> list[Attempt]:
        """The deliveries to the bot, all or those of one event or interaction type."""
        return [e for e in self.since(since) if isinstance(e, Attempt) and name in (None, e.name)]

    def violations(self, *, since: int = 0) -> list[Violation]:
        """What the bot sent against the rules."""
        return [e for e in self.since(since) if isinstance(e, Violation)]

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))
