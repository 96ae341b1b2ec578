"""What the page knows of the app beyond what goes over the wire: commands, shortcuts, suggestions."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """One thing for a first visitor to try: as whom, in which channel, with `text` ready in the composer.

    In `text`, `{bot}` is replaced by the app's name. With `thread` it leads to the newest thread with an open
    card instead, and needs no `text`.
    """

    title: str
    why: str
    person: str
    channel: str
    text: str = ""
    thread: bool = False


@dataclass(frozen=True, kw_only=True)
class Command:
    """A slash command that the app's manifest declares."""

    name: str
    usage: str


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A shortcut that the app's manifest declares: in a message's menu, or `everywhere` (a global one)."""

    callback_id: str
    name: str
    everywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class AppInfo:
    """What the page offers besides the conversation. `intro` is shown above the
    suggestions in an empty #general, `note` at the end of the left column.
    """

    suggestions: tuple[Suggestion, ...] = ()
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    intro: str = ""
    note: str = ""
