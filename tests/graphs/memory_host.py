"""The port that graphs declare (`graphs.host.Host`), in memory, over a Slack that is a few dictionaries."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphs.host import Json

WORKSPACE: Mapping[str, Any] = {
    "conversations.list": {
        "channels": [
            {"id": "C00000001", "name": "ops", "topic": {"value": "Keep it running"}},
            {"id": "C00000002", "name": "general"},
            {"id": "G00000003", "name": "board", "is_private": True},
        ]
    },
    "users.list": {
        "members": [
            {
                "id": "U00000001",
                "name": "alice",
                "real_name": "Alice Adler",
                "tz": "Europe/Berlin",
                "profile": {"email": "alice@example.com"},
            },
            {"id": "U00000002", "name": "bob", "real_name": "Bob Baum", "tz": "America/New_York"},
            {"id": "U00000003", "name": "bob2", "real_name": "Bob Baum"},
            {"id": "U00000004", "name": "gina", "real_name": "Gina Guest", "is_restricted": True},
            {"id": "U00000005", "name": "old", "real_name": "Old Hand", "deleted": True},
        ]
    },
    "conversations.history": {
        "messages": [{"user": "U00000002", "text": "second"}, {"user": "U00000001", "text": "first"}]
    },
}


class RefusalError(Exception):
    """A refusal, with Slack's word for it."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class CutOffError(Exception):
    """An effect whose outcome nobody knows."""

    outcome_unknown = True


class CrashError(Exception):
    """Stands for a process that dies at this line."""


@dataclass
class MemoryHost:
    """Keeps what was asked of it; `refuse` maps a method, or "post", to the error that answers it."""

    refuse: dict[str, str] = field(default_factory=dict)
    page_size: int = 100
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    posts: dict[str, tuple[str, str]] = field(default_factory=dict)
    outcomes: dict[str, Json] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)
    lapsed: set[str | None] = field(default_factory=set)  # tool calls whose approval is too old
    broken: str = ""  # the method whose connection drops
    crash_after_effect: bool = False  # once: the next effect is recorded, and then its process dies

    async def slack(self, method: str, **arguments: Any) -> dict[str, Any]:
        self.calls.append((method, arguments))
        if method == self.broken:
            raise ConnectionResetError
        if error := self.refuse.get(method):
            raise RefusalError(error)
        if method == "users.info":
            return {"user": _one(WORKSPACE["users.list"]["members"], arguments["user"])}
        if method == "conversations.info":
            return {"channel": _one(WORKSPACE["conversations.list"]["channels"], arguments["channel"])}
        return self._page(WORKSPACE.get(method, {}), arguments)

    def _page(self, whole: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
        start = int(arguments.get("cursor", 0))
        private = "private_channel" in arguments.get("types", "private_channel")
        page = {
            name: [item for item in items if private or not item.get("is_private")][
                start : start + self.page_size
            ]
            for name, items in whole.items()
        }
        more = any(len(items) > start + self.page_size for items in whole.values())
        return page | {"response_metadata": {"next_cursor": str(start + self.page_size) if more else ""}}

    async def still_valid(self, tool_call_id: str | None = None) -> bool:
        return tool_call_id not in self.lapsed

    async def once(self, key: str, effect: Callable[[], Awaitable[Json]]) -> Json:
        if key in self.cut_off:
            raise CutOffError
        if key not in self.outcomes:
            self.outcomes[key] = await effect()
            self._crash_if_told()
        return self.outcomes[key]

    async def post(
        self, key: str, channel: str, text: str, *, check: Callable[[], Awaitable[None]] | None = None
    ) -> dict[str, Any]:
        if check is not None and key not in self.posts:
            await check()
        if error := self.refuse.get("post"):
            raise RefusalError(error)
        self.posts.setdefault(key, (channel, text))
        self._crash_if_told()
        return {}

    def _crash_if_told(self) -> None:
        if self.crash_after_effect:
            self.crash_after_effect = False
            raise CrashError

    def made(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of each call of one method."""
        return [arguments for called, arguments in self.calls if called == method]


def _one(items: list[dict[str, Any]], identity: str) -> dict[str, Any]:
    return next(item for item in items if item["id"] == identity)
