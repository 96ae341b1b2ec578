"""What the page works with: the workspace's parts, its people and what the app says of itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from slack_local.model.records import Obj
from slack_local.model.slack import Slack
from slack_local.page.app_info import Welcome
from slack_local.page.recording import Recording
from slack_local.people.person import Person
from slack_local.transport.delivery import Delivery
from slack_local.transport.socket_mode import SocketMode

Insight: TypeAlias = Callable[[str], Awaitable[Obj | None]]
"""Asks the bot what it knows of a thread (`<team>/<channel>/<thread_ts>`): sections by title, or None.

The workspace knows nothing of the bot but what goes over the wire; a bot that tells more gives this, and the
inspector shows it apart from the wire. Without it, that part of the inspector is not there.
"""


@dataclass
class Desk:
    """Shared by every open page."""

    slack: Slack
    delivery: Delivery
    socket: SocketMode | None
    people: Mapping[str, Person]
    welcome: Welcome = field(default_factory=Welcome)
    insight: Insight | None = None
    notice: str = ""
    model: str = ""
    """Which model answers, for people to know whether it is a real one; empty where that is not known."""
    recording: Recording = field(init=False)

    def __post_init__(self) -> None:
        self.recording = Recording(self.slack)

    def announce(self, notice: str) -> None:
        """Show a line above every page, such as why a graph could not be loaded; empty takes it away."""
        self.notice = notice
        self.slack.signals.notify("notice")
