"""Recorded actions of people, with all that is needed to repeat them in another workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, kw_only=True)
class Wrote:
    """A message that began a thread: in a channel (`#name`), or to the bot directly (empty)."""

    person: str
    channel: str
    text: str
    thread: int
    files: tuple[str, ...] = ()  # ids


@dataclass(frozen=True, kw_only=True)
class Replied:
    """A message in a thread, after the bot had written `after` there."""

    person: str
    thread: int
    text: str
    after: str
    files: tuple[str, ...] = ()  # ids


@dataclass(frozen=True, kw_only=True)
class RanCommand:
    """A slash command."""

    person: str
    channel: str
    command: str


@dataclass(frozen=True, kw_only=True)
class BotStartedThread:
    """The first act in a thread that the bot began, the `index`-th (from 0) in its channel."""

    thread: int
    channel: str
    index: int
    text: str


@dataclass(frozen=True, kw_only=True)
class CardClosed:
    """A card that somebody had pressed had no buttons any more."""

    card: int


@dataclass(frozen=True, kw_only=True)
class Click:
    """An element that somebody pressed, or in which they chose `value`.

    `label` is a button's label or the chosen option's, empty for anything else. `block_id` is given where the
    action id alone is ambiguous.
    """

    action_id: str
    label: str
    is_button: bool
    block_id: str | None
    value: Any
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ClickedCard:
    """A click on a message with buttons: the first one of the thread that contains `saying`."""

    person: str
    thread: int
    card: int
    saying: str
    click: Click


@dataclass(frozen=True, kw_only=True)
class ClickedNotice:
    """A click on an ephemeral message that begins with `text`."""

    person: str
    text: str
    click: Click


@dataclass(frozen=True, kw_only=True)
class ClickedForm:
    """A click on the form with this title."""

    person: str
    title: str
    click: Click


@dataclass(frozen=True, kw_only=True)
class ClickedHome:
    """A click on the Home tab."""

    person: str
    click: Click


@dataclass(frozen=True, kw_only=True)
class Filled:
    """Values that were put into a form, by block id, without submitting it."""

    person: str
    title: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A form that was submitted with these values; `errors` are what was wrong with it, by block id."""

    person: str
    title: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ClosedForm:
    """A form that was closed, or with `everything` all that were open."""

    person: str
    title: str
    everything: bool


@dataclass(frozen=True, kw_only=True)
class OpenedHome:
    """The Home tab was opened."""

    person: str


@dataclass(frozen=True, kw_only=True)
class MessageRef:
    """A message of a thread: by what the bot said in it, or as the `index`-th that a person wrote there."""

    thread: int
    bot_text: str
    author: str
    index: int


@dataclass(frozen=True, kw_only=True)
class ActedOnMessage:
    """A method of `Person` that takes a message and a text: reacts, unreacts, edits, deletes, shortcuts."""

    person: str
    method: str
    message: MessageRef
    text: str


@dataclass(frozen=True, kw_only=True)
class UsedShortcut:
    """A global shortcut."""

    person: str
    callback_id: str


@dataclass(frozen=True, kw_only=True)
class PressedStop:
    """The Stop button of an agent's session."""

    person: str
    thread: int


Action: TypeAlias = (
    Wrote | Replied | RanCommand | BotStartedThread | CardClosed | ClickedCard | ClickedNotice | ClickedForm
    | ClickedHome | Filled | Submitted | ClosedForm | OpenedHome | ActedOnMessage | UsedShortcut | PressedStop
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LastWords:
    """What the bot wrote last in a thread, when the recording was read."""

    thread: int
    text: str
