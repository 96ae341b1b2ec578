"""Information about the app that is not on the wire: commands, shortcuts, suggestions."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class GuideStep:
    """One step of a suggestion: what to do, and as whom (a handle)."""

    person: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """One thing for a first visitor to try: as whom, in which channel, with `text` ready in the composer.

    In `text`, `{bot}` is replaced by the app's name. With `thread` it leads to the newest thread with an open
    card instead, with `home` to the Home tab; neither needs a `text`. `locale` is set as the language of
    the person's Slack. `steps` stay on the page, one after the other, once it was picked.
    """

    title: str
    why: str
    person: str
    channel: str
    text: str = ""
    thread: bool = False
    home: bool = False
    locale: str = ""
    steps: tuple[GuideStep, ...] = ()


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
class Choice:
    """One value of a setting, and how people call it."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class AppSetting:
    """A setting of the app that can be changed on the page, in the left column."""

    name: str
    label: str
    value: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class AppInfo:
    """What the page offers besides the conversation. `intro` is shown above the
    suggestions in an empty #general, `settings` and `note` at the end of the left column.
    """

    suggestions: tuple[Suggestion, ...] = ()
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    settings: tuple[AppSetting, ...] = ()
    intro: str = ""
    note: str = ""
