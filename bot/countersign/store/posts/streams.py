"""The messages that are shown while they are written, so that a crash leaves none of them open."""

from collections.abc import Collection
from dataclasses import asdict

from countersign.error_translation import translates_errors
from countersign.flow.live.content import MessageStream
from countersign.flow.thread import ThreadRef
from countersign.store.columns.rows import stream_from
from countersign.store.connections.pool import Pool, fetch, run


@translates_errors
class StreamStore:
    def __init__(self, pool: Pool, team: str | None = None) -> None:
        """`team` is the only workspace whose discarded streams it gives out; without it, those of all."""
        self._pool = pool
        self._team = team

    async def begin(self, stream: MessageStream) -> bool:
        return bool(await fetch(self._pool, "begin_stream", asdict(stream)))

    async def update(self, stream: MessageStream) -> bool:
        return bool(await fetch(self._pool, "update_stream", asdict(stream)))

    async def of_thread(self, thread: ThreadRef) -> tuple[MessageStream, ...]:
        place = {"team": thread.team, "channel": thread.channel, "thread_ts": thread.ts}
        return tuple(map(stream_from, await fetch(self._pool, "streams_of_thread", place)))

    async def discard(self, keys: Collection[str]) -> tuple[MessageStream, ...]:
        return tuple(map(stream_from, await fetch(self._pool, "discard_streams", {"keys": list(keys)})))

    async def discarded(self, limit: int) -> tuple[MessageStream, ...]:
        arguments = {"limit": limit, "team": self._team}
        return tuple(map(stream_from, await fetch(self._pool, "discarded_streams", arguments)))

    async def remove(self, key: str) -> None:
        await run(self._pool, "remove_stream", {"key": key})
