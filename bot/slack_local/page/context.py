"""The context that all open pages share: the workspace's parts, its people, the app."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from slack_local.model.records import JsonObject
from slack_local.model.slack import Slack
from slack_local.page.app_info import AppInfo, AppSetting
from slack_local.page.recording.harness import ANY_BOT, Harness
from slack_local.page.recording.recorder import Recorder
from slack_local.people.person import Person
from slack_local.transport.delivery import Delivery
from slack_local.transport.socket_mode import SocketMode

BotDetails: TypeAlias = Callable[[str], Awaitable[JsonObject | None]]
"""Asks the bot what it knows of a thread (`<team>/<channel>/<thread_ts>`): sections by title, or None.

The workspace sees only what goes over the wire. A bot that can say more gives this function, and the
inspector has a tab for it.
"""


@dataclass(frozen=True, kw_only=True)
class MessageNote:
    """What the bot tells its developer about one of its messages. It is on the page, not in Slack."""

    beside: str
    """The note stands below the app's messages that contain this text."""
    title: str
    text: str
    location: str = ""
    """A line of code, such as `/home/me/graph.py:12, in pay`."""
    code: str = ""
    traceback: str = ""


ChangeSetting: TypeAlias = Callable[[str, str], Awaitable[None]]
"""Gives a setting of the app (by name) another value; `AppInfo.settings` has to say so afterwards."""

MessageNotes: TypeAlias = Callable[[str], Awaitable[Sequence[MessageNote]]]
"""Asks the bot for its notes on the messages of a thread (`<team>/<channel>/<thread_ts>`)."""


@dataclass
class PageContext:
    """Shared by every open page."""

    slack: Slack
    delivery: Delivery
    socket: SocketMode | None
    people: Mapping[str, Person]
    app_info: AppInfo = field(default_factory=AppInfo)
    bot_details: BotDetails | None = None
    message_notes: MessageNotes | None = None
    change_setting: ChangeSetting | None = None
    banner: str = ""
    """A line above every page, such as why a graph could not be loaded; empty for none."""
    harness: Harness = ANY_BOT
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.slack)

    def show_banner(self, text: str) -> None:
        """Show a line above every page; empty removes it."""
        self.banner = text
        self.slack.changes.notify("banner")

    def set_app_note(self, note: str) -> None:
        """Show a sentence about the app in every page's left column."""
        self.app_info = replace(self.app_info, note=note)
        self.slack.changes.notify("banner")

    def set_app_settings(self, settings: tuple[AppSetting, ...]) -> None:
        """Show these settings of the app in every page's left column."""
        self.app_info = replace(self.app_info, settings=settings)
        self.slack.changes.notify("banner")
