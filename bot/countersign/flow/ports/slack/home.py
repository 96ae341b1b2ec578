"""What inboxes and Home tabs need of Slack."""

from dataclasses import dataclass
from typing import Protocol

from countersign.approvals.person import Person
from countersign.flow.home.inbox_content import Inbox


@dataclass(frozen=True, kw_only=True)
class OwnChannel:
    """A channel that somebody and the bot are in. A direct message has no name."""

    id: str
    name: str | None


class Memberships(Protocol):
    """As of a few seconds ago at most. All raise RateLimited, SlackRefused and SlackUnreachable."""

    async def person(self, user_id: str, *, max_age: float = 0.0) -> Person: ...

    async def channels_of(self, user_id: str) -> tuple[OwnChannel, ...]: ...

    async def groups_of(self, user_id: str) -> frozenset[str]:
        """The handles (`@finance`) and the ids of the user groups that they are in."""
        ...

    async def can_see(self, user_id: str, channel_id: str) -> bool: ...


class HomeDisplay(Protocol):
    async def publish(self, inbox: Inbox, shown: str | None) -> str:
        """Show it, unless it is what was shown before; gives a digest of it.

        Raises RateLimited, SlackRefused, SlackUnreachable.
        """
        ...
