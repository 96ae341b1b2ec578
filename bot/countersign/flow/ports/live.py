"""What live messages need: a record of the streams that are open, and a way to show them."""

from collections.abc import Collection
from typing import Literal, Protocol, TypeAlias

from countersign.flow.live.content import DisplayedMessage, MessageStream, Plan
from countersign.flow.thread import ThreadRef

Verdict: TypeAlias = Literal["good", "bad"]


class FeedbackStore(Protocol):
    async def save(self, key: str, channel: str, user: str, verdict: Verdict) -> bool:
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


class StreamDisplay(Protocol):
    """All but `visible_text` raise RateLimited, SlackRefused, SlackUnreachable."""

    def visible_text(self, text: str) -> str:
        """What can be shown already of a message that begins so; empty if nothing can."""
        ...

    async def start(self, stream: MessageStream, content: str | Plan, recipient: str) -> DisplayedMessage:
        """Post the first of it. `content` is what `visible_text` gave, or a plan."""
        ...

    async def extend(self, shown: DisplayedMessage, content: str | Plan) -> DisplayedMessage:
        """Show all of this in its place."""
        ...

    async def end(self, stream: MessageStream) -> MessageStream:
        """Nothing more comes; the message stays. No error if it ended before, or is not there."""
        ...

    async def remove(self, stream: MessageStream) -> None:
        """End it and delete its message. No error if it is gone."""
        ...


class SessionDisplay(Protocol):
    async def set_session(
        self, thread: ThreadRef, status: str, title: str | None, initiator: str | None
    ) -> str | None:
        """Set the status of the thread's agent session, and return the title that it has.

        The title that is given counts when the session begins. Raises RateLimited, SlackRefused,
        SlackUnreachable.
        """
        ...

    async def rename_session(self, thread: ThreadRef, title: str) -> None:
        """Raises the same."""
        ...
