"""Where a script is: its people, its threads, and what was there before its last acts."""

from collections.abc import Callable
from typing import TypeVar

from slack_local.block_kit.input_state import all_blocks, interactive_elements
from slack_local.block_kit.text import full_text
from slack_local.bot_process import BotProcess
from slack_local.model.records import Channel, Ephemeral, JsonObject, Message, View
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from slack_local.script.screen import Screen
from slack_local.transcript.mrkdwn import names_in, shown
from slack_local.transcript.printer import Transcript, UnexpectedError
from slack_local.workspace import LocalWorkspace

WAIT_SECONDS = 20

Surface = Message | Ephemeral | View
T = TypeVar("T")


class Scene:
    """The state of one playing script; acts and expectations are added to it by those who inherit."""

    def __init__(self, workspace: LocalWorkspace, bot: BotProcess) -> None:
        self._workspace = workspace
        self._bot = bot
        self._told = Transcript(workspace.slack.state)
        self._screen = Screen(workspace.slack)
        self._threads: list[Thread] = []
        self._thread: Thread | None = None
        self._looking = workspace.alice
        self._before: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self._decisions: set[tuple[str, str]] = set()  # who decided which card

    # -- who and where --------------------------------------------------------------------------------

    def person(self, name: str) -> Person:
        """Somebody by name."""
        found = self._workspace.people.get(name)
        if found is None:
            raise UnexpectedError(f"there is nobody called {name}; there are {[*self._workspace.people]}")
        self._looking = found
        return found

    def place(self, name: str) -> Channel:
        """A channel by `#name`."""
        found = self._workspace.slack.state.channel(name)
        if found is None:
            raise UnexpectedError(f"there is no channel {name}")
        return found

    @property
    def here(self) -> Thread:
        """The thread that the script is in."""
        if self._thread is None:
            raise UnexpectedError("a thread first: somebody has to mention the bot, or write to it")
        return self._thread

    def enter(self, thread: Thread) -> None:
        """Be in a thread from now on."""
        if all(thread.ts != known.ts or thread.channel != known.channel for known in self._threads):
            self._threads.append(thread)
        self._thread = thread

    # -- what was before ------------------------------------------------------------------------------

    def remember(self) -> None:
        """From now on only what comes or changes is new."""
        self._before = {key: self._looks(what) for key, what in self._everything().items()}

    def is_new(self, what: Message | Ephemeral) -> bool:
        """Whether this came or changed since the acts before the expectations that are being looked at."""
        return self._before.get(_key(what)) != self._looks(what)

    def _everything(self) -> dict[str, Message | Ephemeral]:
        state = self._workspace.slack.state
        messages = [m for channel in state.channels.values() for m in channel.messages.values() if m.by_bot]
        whispered = [seen for to_one in state.ephemerals.values() for seen in to_one]
        everything: list[Message | Ephemeral] = [*messages, *whispered]
        return {_key(what): what for what in everything}

    @staticmethod
    def _looks(what: Message | Ephemeral) -> str:
        return repr((what.text, what.blocks, what.attachments))

    # -- what it says ---------------------------------------------------------------------------------

    def says(self, what: Surface, text: str) -> bool:
        """Whether a text stands on something, as it was sent or as people read it."""
        said = full_text(what)
        names = names_in(self._workspace.slack.state)
        return text in said or text in shown(said, names) or text in " ".join(shown(said, names).split())

    async def anywhere(self, look: Callable[[], T | None], what: str) -> T:
        """Wait for something anywhere in the workspace. Raises `WaitTimeoutError`."""
        changes = self._workspace.slack.changes
        return await changes.wait_for("anything", look, limit=WAIT_SECONDS, what=what)

    async def sees(self, person: Person, look: Callable[[], T | None], what: str, seconds: float) -> T:
        """Wait for something on somebody's screen. Raises `WaitTimeoutError`."""
        changes = self._workspace.slack.changes
        return await changes.wait_for(("screen", person.id), look, limit=seconds, what=what)


def _key(what: Message | Ephemeral) -> str:
    return f"{what.channel}/{what.ts}" if isinstance(what, Message) else f"ephemeral {what.id}"


def buttons(what: Surface) -> list[tuple[JsonObject, JsonObject]]:
    """The buttons on something, each with its block."""
    blocks = what.definition["blocks"] if isinstance(what, View) else all_blocks(what)
    return [
        (block, element) for block, element in interactive_elements(blocks) if element["type"] == "button"
    ]


def named(what: Surface, label: str) -> tuple[JsonObject, JsonObject] | None:
    """The button that says this, with its block."""
    return next((found for found in buttons(what) if found[1]["text"]["text"] == label), None)
