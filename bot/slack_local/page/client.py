"""An open page, as far as the request handlers need it."""

from typing import Protocol

from slack_local.model.records import JsonObject
from slack_local.page.context import PageContext
from slack_local.people.person import Person


class PageClient(Protocol):
    """Where a request comes from: whose page it is, and what that page is sent."""

    context: PageContext
    person: Person
    watched: tuple[str, str] | None

    def greet(self) -> None:
        """Send everything that this person's page starts from."""
        ...

    def watch(self, channel: str, thread_ts: str) -> list[JsonObject]:
        """Follow a thread: all of it now, and its changes as they come."""
        ...

    def inspect(self, on: bool) -> None:
        """Open or close the inspector."""
        ...
