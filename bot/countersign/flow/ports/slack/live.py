"""What live messages need of Slack: a way to show a stream, and the status of an agent's session."""

from typing import Protocol

from countersign.flow.live.content import DisplayedMessage, MessageStream, Plan
from countersign.flow.thread import ThreadRef


class StreamDisplay(Protocol):
    """All but `visible_text` raise RateLimited, SlackRefused, SlackUnreachable."""

    def visible_text(self, text: str) -> str:
        """The part of this beginning of a message that can be shown; empty if none can."""
        ...

    async def start(self, stream: MessageStream, content: str | Plan, recipient: str) -> DisplayedMessage:
        """Post the first of it. `content` is what `visible_text` gave, or a plan."""
        ...

    async def extend(self, shown: DisplayedMessage, content: str | Plan) -> DisplayedMessage:
        """Show all of this in its place."""
        ...

    async def end(self, stream: MessageStream) -> MessageStream:
        """End the stream; the message stays. No error if it ended before, or is not there."""
        ...

    async def put_in_order(self, shown: DisplayedMessage) -> None:
        """Show the tasks of a plan that has ended in their order."""
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
