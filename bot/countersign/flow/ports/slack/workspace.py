"""What the use cases need of Slack: messages, people, names and status."""

from typing import Any, Protocol

from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.approver_set import Source
from countersign.approvals.policy.matching import Channel
from countersign.approvals.policy.voting.membership import Roster
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import ApprovalMessage
from countersign.i18n import AnyText


class Slack(Protocol):
    """Raises RateLimited, SlackRefused, SlackUnreachable."""

    async def post(self, row: Outgoing, review: Review | None) -> str:
        """Post the row and give its ts. With `row.attempts` above 0, look for it by its key first."""
        ...

    async def update_card(self, review: Review) -> bool:
        """Make the card show the approval as it is; False if a later version was sent before."""
        ...

    async def update_approval_message(self, message: ApprovalMessage, review: Review) -> None:
        """Make a message about an approval, beside its card, show the phase that it is at."""
        ...

    async def person(self, user_id: str, channel_id: str | None = None, *, max_age: float = 0.0) -> Person:
        """Who it is now, or was at most `max_age` seconds ago. Of a channel, whether they can see it now."""
        ...

    async def post_ephemeral(self, thread: ThreadRef, user: str, text: AnyText) -> None:
        """Tell one person something, in the thread, for their eyes only."""
        ...

    async def root_refused(self, row: Outgoing, error: str) -> None:
        """Tell who typed /agent why no thread came of it."""
        ...


class ApproverDirectory(Protocol):
    """Who belongs to what, as of a few seconds ago at most."""

    async def person(self, user_id: str, channel_id: str | None) -> Person:
        """Who it is now, and whether they can see the channel now.

        Raises RateLimited, SlackRefused, SlackUnreachable.
        """
        ...

    async def standing(self, user_id: str) -> Standing:
        """What kind of account it is, as of a minute ago at most.

        Raises RateLimited, SlackRefused, SlackUnreachable.
        """
        ...

    async def viewers(self, channel_id: str) -> frozenset[str] | None:
        """The members of a private channel or a direct message; None where all of the workspace can see it.

        Never raises: None too where Slack does not say.
        """
        ...

    async def roster(self, source: Source, thread_channel: str) -> Roster:
        """The members of a group or a channel. Never raises: what Slack does not tell is Unreadable."""
        ...

    async def channel(self, channel_id: str) -> Channel:
        """Raises RateLimited, SlackRefused, SlackUnreachable."""
        ...

    async def channel_id(self, name: str) -> str | None:
        """The id of a channel (`#name`, or its id); None if there is none that the bot can see.

        Raises RateLimited, SlackRefused, SlackUnreachable.
        """
        ...

    async def group_id(self, name: str) -> str | None:
        """The id of a user group (`@handle`, or its id); None if there is none that is enabled.

        Raises RateLimited, SlackRefused, SlackUnreachable.
        """
        ...

    async def groups_of(self, user_id: str) -> frozenset[str]:
        """The handles and ids of the user groups that somebody is in.

        Raises RateLimited, SlackRefused, SlackUnreachable.
        """
        ...


class Names(Protocol):
    async def readable(self, text: str) -> str:
        """The text with a name beside each id of a person, channel or user group. Never raises."""
        ...

    async def current_channel(self, channel: str) -> str:
        """The id that Slack knows now for a channel that had this one."""
        ...


class StatusDisplay(Protocol):
    """Raises RateLimited, SlackRefused, SlackUnreachable."""

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        """Show in the thread what the bot is doing; an empty status clears it."""
        ...


class SlackForTools(Protocol):
    """Raises SlackRefused, with Slack's word in `error`, RateLimited and SlackUnreachable."""

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]: ...

    async def post_text(self, key: str, channel: str, text: str, *, look_first: bool) -> dict[str, Any]: ...

    async def find_text(self, key: str, channel: str) -> str | None:
        """The ts of what `post_text` posted under this key; None if it did not."""
        ...
