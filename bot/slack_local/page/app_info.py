"""What the page knows of the app beyond what goes over the wire: its commands, and three things to try."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Try:
    """One thing for a first visitor: who they are, where, and what stands in the composer when they press it.

    `thread` puts it into the newest thread with an open card instead, and may be without `text`.
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


COUNTERSIGN_COMMANDS = (
    Command(name="/agent", usage="[name:] text, or: graphs"),
    Command(name="/approvals", usage="what waits for you"),
)
COUNTERSIGN_TRIES = (
    Try(
        title="Ask for something that needs a yes",
        why="The assistant wants to post in #ops. It waits for a person: switch to Bob and approve.",
        person="carol",
        channel="general",
        text="@{bot} post 'Deploy at noon' to #ops",
    ),
    Try(
        title="Try to approve as the guest",
        why="Gus is a guest. He sees the card and the buttons, and is told why his click does not count.",
        person="gus",
        channel="general",
        thread=True,
    ),
    Try(
        title="Change what the agent wrote",
        why="A draft waits for review: press Edit, change a word, and the card shows what changed.",
        person="alice",
        channel="general",
        text="/agent review_and_edit: the office is closed on Friday",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """What the page offers besides the conversation."""

    tries: tuple[Try, ...] = COUNTERSIGN_TRIES
    commands: tuple[Command, ...] = COUNTERSIGN_COMMANDS
    shortcuts: tuple[Shortcut, ...] = ()
