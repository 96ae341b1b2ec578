"""Slack's streams and their records, as live messages see them, without Slack and without a database."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

from countersign.flow.live.content import DisplayedMessage, MessageStream, Plan
from countersign.flow.thread import ThreadRef
from tests.flow.rows import NOW, REF


@dataclass
class Calls:
    """What was called, in order; `errors` are raised by the next calls of these names."""

    made: list[tuple[str, Any]] = field(default_factory=list)
    errors: dict[str, list[Exception]] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def make(self, name: str, given: Any) -> None:
        self.made.append((name, given))
        self.changed.set()
        if self.errors.get(name):
            raise self.errors[name].pop(0)

    def named(self, name: str) -> list[Any]:
        return [given for called, given in self.made if called == name]

    async def until(self, done: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not done():
                self.changed.clear()
                await self.changed.wait()


class Streams:
    """The record of streams. `keeps`: whether they are still wanted when their ts is known."""

    def __init__(self, *left: MessageStream) -> None:
        self.calls = Calls()
        self.left = left
        self.free = True
        self.keeps = True

    async def begin(self, stream: MessageStream) -> bool:
        self.calls.make("begin", stream.key)
        return self.free

    async def update(self, stream: MessageStream) -> bool:
        self.calls.make("update", (stream.key, stream.ts, stream.native))
        return self.keeps

    async def of_thread(self, thread: ThreadRef) -> tuple[MessageStream, ...]:
        self.calls.make("of_thread", thread)
        return self.left

    async def discard(self, keys: Collection[str]) -> tuple[MessageStream, ...]:
        self.calls.make("discard", sorted(keys))
        return tuple(stream_of(key) for key in sorted(keys))

    async def discarded(self, limit: int) -> tuple[MessageStream, ...]:
        self.calls.make("discarded", limit)
        return self.left[:limit]

    async def remove(self, key: str) -> None:
        self.calls.make("remove", key)


class Display:
    """Shows texts as they are. `native`: whether Slack holds its messages as streams."""

    def __init__(self, *, native: bool = True) -> None:
        self.calls = Calls()
        self.native = native

    def visible_text(self, text: str) -> str:
        return text

    async def start(self, stream: MessageStream, content: str | Plan, recipient: str) -> DisplayedMessage:
        self.calls.make("start", (stream.key, content, recipient))
        return _shown(replace(stream, ts="9.9", native=self.native), content)

    async def extend(self, shown: DisplayedMessage, content: str | Plan) -> DisplayedMessage:
        self.calls.make("extend", (shown.stream.ts, content))
        return _shown(shown.stream, content)

    async def end(self, stream: MessageStream) -> MessageStream:
        self.calls.make("end", stream.key)
        return replace(stream, native=False)

    async def put_in_order(self, shown: DisplayedMessage) -> None:
        self.calls.make("put_in_order", shown.plan)

    async def remove(self, stream: MessageStream) -> None:
        self.calls.make("remove", stream.key)


def _shown(stream: MessageStream, content: str | Plan) -> DisplayedMessage:
    if isinstance(content, Plan):
        return DisplayedMessage(stream=stream, plan=content, order=tuple(task.id for task in content.tasks))
    return DisplayedMessage(stream=stream, text=content)


def stream_of(key: str, *, native: bool = True) -> MessageStream:
    return MessageStream(
        key=key, team=REF.team, channel=REF.channel, thread_ts=REF.ts, begun_at=NOW, ts="1.1", native=native
    )
