"""A seat at the page, as the acts need it."""

from typing import Protocol

from slack_local.model.records import Obj
from slack_local.page.context import Desk
from slack_local.people.person import Person


class Seat(Protocol):
    """Where an act comes from: whose page it is, and what that page is told of."""

    desk: Desk
    person: Person
    watched: tuple[str, str] | None

    def greet(self) -> None:
        """Send everything that this person's page starts from."""
        ...

    def watch(self, channel: str, thread_ts: str) -> list[Obj]:
        """Follow a thread: all of it now, and its changes as they come."""
        ...

    def inspect(self, on: bool) -> None:
        """Open or close the inspector."""
        ...
