"""A process that dies after its nth call that changes something. Dying before the next is the same."""

import inspect
from contextlib import asynccontextmanager
from typing import Any

_READS = frozenset({"store.approval", "graph.read", "slack.person", "outbox.due", "outbox.stale_cards"})


class CrashError(BaseException):
    """The process died at this line. No `except Exception` sees it, as none would see a kill."""


class Plan:
    """Counts the calls through all ports together, and raises after one of them."""

    def __init__(self) -> None:
        self._at: int | None = None
        self._calls = 0
        self.crashed_after: str | None = None

    def crash_after(self, call: int) -> None:
        """Begin to count anew, and die after this call."""
        self._at, self._calls, self.crashed_after = call, 0, None

    def wrap(self, name: str, port: Any) -> Any:
        return _Port(self, name, port)

    async def call(self, name: str, function: Any, *args: Any, **kwargs: Any) -> Any:
        """The call itself, and death if this is the one."""
        result = await function(*args, **kwargs)
        if name not in _READS:
            self._calls += 1
            if self._calls - 1 == self._at:
                self.crashed_after = name
                raise CrashError(name)
        return result


class _Port:
    """Any of the flow's ports, with its calls counted; what it binds is counted too."""

    def __init__(self, plan: Plan, name: str, port: Any) -> None:
        self._plan = plan
        self._name = name
        self._port = port

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._port, attribute)
        if attribute == "bind":
            return self._bind
        if not inspect.iscoroutinefunction(found):
            return found

        async def counted(*args: Any, **kwargs: Any) -> Any:
            return await self._plan.call(f"{self._name}.{attribute}", found, *args, **kwargs)

        return counted

    @asynccontextmanager
    async def _bind(self, *args: Any) -> Any:
        async with self._port.bind(*args) as graph:
            yield _Port(self._plan, "graph", graph)
