"""The state of a script while it plays: its people, its threads, what was there before the last actions."""

import copy
from collections.abc import Callable, Hashable
from typing import Protocol, TypeAlias, TypeVar

from slack_local.block_kit.input_state import all_blocks, interactive_elements
from slack_local.block_kit.text import full_text
from slack_local.model.records import Channel, Ephemeral, JsonObject, Message, View
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from slack_local.transcript.blocks import option_labels
from slack_local.transcript.mrkdwn import names_in, readable
from slack_local.transcript.printer import TranscriptPrinter
from slack_local.workspace import LocalWorkspace

WAIT_SECONDS = 20

Surface: TypeAlias = Message | Ephemeral | View
"""Where a button can be."""

T = TypeVar("T")


class ExpectationError(AssertionError):
    """A script did not go as it should; the text is what was expected."""


class Bot(Protocol):
    """The bot's process, as far as scripts need it: a `slack_local.bot_process.BotProcess`."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def kill(self) -> None: ...

    def tail(self) -> str: ...


class ScriptContext:
    """What actions and expectations share; a player inherits both."""

    def __init__(self, workspace: LocalWorkspace, bot: Bot) -> None:
        self._workspace = workspace
        self._bot = bot
        self._printer = TranscriptPrinter(workspace.slack)
        self._threads: list[Thread] = []
        self._thread: Thread | None = None
        self._streamed_run = workspace.alice
        self._before: dict[str, str] = {}
        self._form_errors: dict[str, str] = {}
        self._pressed: dict[str, Message] = {}  # by each button's label: its message before it was pressed

    # -- who and where --------------------------------------------------------------------------------

    def person(self, name: str) -> Person:
        """Somebody by name; the transcript shows what they see from now on."""
        found = self._workspace.people.get(name)
        if found is None:
            raise ExpectationError(f"there is nobody called {name}; there are {[*self._workspace.people]}")
        self._streamed_run = found
        return found

    def channel(self, name: str) -> Channel:
        """A channel by `#name`."""
        found = self._workspace.slack.state.channel(name)
        if found is None:
            raise ExpectationError(f"there is no channel {name}")
        return found

    @property
    def thread(self) -> Thread:
        """The thread that the script is in."""
        if self._thread is None:
            raise ExpectationError("a thread first: somebody has to mention the bot, or write to it")
        return self._thread

    def enter(self, thread: Thread) -> None:
        """Be in a thread from now on."""
        if all(thread.ts != known.ts or thread.channel != known.channel for known in self._threads):
            self._threads.append(thread)
        self._thread = thread

    # -- what was before ------------------------------------------------------------------------------

    def take_snapshot(self) -> None:
        """From now on only what comes or changes is new."""
        self._before = {key: self._appearance(surface) for key, surface in self._all_from_bot().items()}

    def is_new(self, surface: Message | Ephemeral) -> bool:
        """Whether this came or changed since the actions before the expectations that are checked."""
        return self._before.get(_key(surface)) != self._appearance(surface)

    def _all_from_bot(self) -> dict[str, Message | Ephemeral]:
        state = self._workspace.slack.state
        messages = [m for channel in state.channels.values() for m in channel.messages.values() if m.by_bot]
        ephemerals = [ephemeral for to_one in state.ephemerals.values() for ephemeral in to_one]
        surfaces: list[Message | Ephemeral] = [*messages, *ephemerals]
        return {_key(surface): surface for surface in surfaces}

    @staticmethod
    def _appearance(surface: Message | Ephemeral) -> str:
        return repr((surface.text, surface.blocks, surface.attachments))

    def keep_outdated(self, message: Message) -> None:
        """Keep a message as it is before somebody presses a button on it."""
        kept = copy.deepcopy(message)
        self._pressed |= {element["text"]["text"]: kept for _, element in buttons(message)}

    def outdated(self, label: str) -> Message:
        """The message on which a button with this label was, before somebody pressed one there."""
        if label not in self._pressed:
            raise ExpectationError(f"a button “{label}” that somebody pressed before")
        return self._pressed[label]

    # -- what it says ---------------------------------------------------------------------------------

    def says(self, surface: Surface, text: str) -> bool:
        """Whether a text is on something, as it was sent or as people read it."""
        sent = full_text(surface)
        read = readable(sent, names_in(self._workspace.slack.state))
        return text in sent or text in read or text in " ".join(read.split())

    async def wait_anywhere(self, look: Callable[[], T | None], what: str) -> T:
        """Wait for something anywhere in the workspace. Raises `WaitTimeoutError`."""
        return await self._wait("anything", look, what, WAIT_SECONDS)

    async def wait_in_channel(
        self, channel: Channel, look: Callable[[], T | None], what: str | Callable[[], str], seconds: float
    ) -> T:
        """Wait for something in a channel. Raises `WaitTimeoutError`."""
        return await self._wait(("channel", channel.id), look, what, seconds)

    async def wait_on_screen(
        self, person: Person, look: Callable[[], T | None], what: str, seconds: float
    ) -> T:
        """Wait for something on somebody's screen. Raises `WaitTimeoutError`."""
        return await self._wait(("screen", person.id), look, what, seconds)

    async def _wait(
        self, topic: Hashable, look: Callable[[], T | None], what: str | Callable[[], str], seconds: float
    ) -> T:
        return await self._workspace.slack.changes.wait_for(topic, look, limit=seconds, what=what)


def _key(surface: Message | Ephemeral) -> str:
    if isinstance(surface, Message):
        return f"{surface.channel}/{surface.ts}"
    return f"ephemeral {surface.id}"


def buttons(surface: Surface) -> list[tuple[JsonObject, JsonObject]]:
    """The buttons on something, each with its block."""
    blocks = surface.definition["blocks"] if isinstance(surface, View) else all_blocks(surface)
    found = interactive_elements(blocks)
    return [(block, element) for block, element in found if element["type"] == "button"]


def option_labelled(surface: Surface, label: str) -> tuple[JsonObject, JsonObject] | None:
    """The select that has an option with this label, with its block."""
    blocks = surface.definition["blocks"] if isinstance(surface, View) else all_blocks(surface)
    found = interactive_elements(blocks)
    return next((pair for pair in found if label in option_labels(pair[1])), None)


def button_labelled(surface: Surface, label: str) -> tuple[JsonObject, JsonObject] | None:
    """The button with this label, with its block."""
    return next((found for found in buttons(surface) if found[1]["text"]["text"] == label), None)
