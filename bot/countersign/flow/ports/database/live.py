"""What live messages need of the database: a record of the streams that are open, and of feedback."""

from collections.abc import Collection
from typing import Literal, Protocol, TypeAlias

from countersign.flow.live.content import MessageStream
from countersign.flow.thread import ThreadRef

Rating: TypeAlias = Literal["good", "bad"]


class FeedbackStore(Protocol):
    async def save(self, key: str, channel: str, user: str, rating: Rating) -> bool:
        """Keep what a person says of the answer posted under this key; False if there is none here.

        Raises DatabaseUnavailable.
        """
        ...


class StreamStore(Protocol):
    """The streams that are open, so that they are ended after a crash. All raise DatabaseUnavailable."""

    async def begin(self, stream: MessageStream) -> bool:
        """Record that a stream is about to begin; False while the thread has older messages to post."""
        ...

    async def update(self, stream: MessageStream) -> bool:
        """Record its ts and how it is held; False if it was discarded meanwhile."""
        ...

    async def of_thread(self, thread: ThreadRef) -> tuple[MessageStream, ...]: ...

    async def discard(self, keys: Collection[str]) -> tuple[MessageStream, ...]:
        """Record that no message comes of these; their messages are to be removed."""
        ...

    async def discarded(self, limit: int) -> tuple[MessageStream, ...]:
        """Those whose message was to be removed a while ago and is not yet."""
        ...

    async def remove(self, key: str) -> None: ...
