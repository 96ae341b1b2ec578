"""A thread as people look at it, and the cards in it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from slack_local.block_kit.input_state import all_blocks, interactive_elements
from slack_local.model.records import Ephemeral, JsonObject, Message, View
from slack_local.model.slack import Slack
from slack_local.people.results import ClickResult, SubmissionResult

T = TypeVar("T")


def full_text(message: Message | Ephemeral | View) -> str:
    """All the text of a message or view, from its blocks too."""
    blocks = message.definition["blocks"] if isinstance(message, View) else all_blocks(message)
    own = "" if isinstance(message, View) else message.text
    return "\n".join([own, *_texts(blocks)])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("text", "alt_text", "title", "name") and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


class Thread:
    """One thread: `channel` and root `ts`, and what is in it."""

    def __init__(self, slack: Slack, channel: str, ts: str) -> None:
        self._slack = slack
        self.channel = channel
        self.ts = ts

    def __repr__(self) -> str:
        return f"<thread {self.channel}/{self.ts}>"

    @property
    def id(self) -> str:
        """`<team>/<channel>/<thread_ts>`."""
        return f"{self._slack.team}/{self.channel}/{self.ts}"

    def messages(self) -> list[Message]:
        """The root and its replies, oldest first."""
        return self._slack.state.thread(self.channel, self.ts)

    def from_bot(self) -> list[Message]:
        """What the bot wrote here."""
        return [message for message in self.messages() if message.by_bot]

    async def wait_for(self, fits: str | Callable[[Message], bool], *, limit: float = 10.0) -> Message:
        """The newest message of the bot that contains a text or fits. Raises `WaitTimeoutError`."""

        def look() -> Message | None:
            for message in reversed(self.from_bot()):
                if (fits in full_text(message)) if isinstance(fits, str) else fits(message):
                    return message
            return None

        return await self.wait_until(
            look, limit=limit, what=repr(fits) if isinstance(fits, str) else "a message"
        )

    async def wait_until(self, look: Callable[[], T | None], *, limit: float = 10.0, what: str = "it") -> T:
        """What `look` finds first, called after every change in this thread. Raises `WaitTimeoutError`."""
        return await self._slack.changes.wait_for(
            ("thread", self.channel, self.ts),
            look,
            limit=limit,
            what=lambda: f"{what} in {self}:\n{self.transcript()}",
        )

    async def card(self, number: int = 0, *, limit: float = 10.0) -> "Card":
        """Wait for open card `number` (oldest is 0): a message with buttons. Raises `WaitTimeoutError`."""

        def look() -> Message | None:
            cards = [message for message in self.from_bot() if _buttons(message)]
            return cards[number] if len(cards) > number else None

        return Card(self._slack, self, await self.wait_until(look, limit=limit, what=f"card {number}"))

    def cards(self) -> list["Card"]:
        """The cards that are open now."""
        return [Card(self._slack, self, message) for message in self.from_bot() if _buttons(message)]

    def transcript(self) -> str:
        """The thread as lines of text."""
        lines = []
        for message in self.messages():
            buttons = "".join(f" [{e['text']['text']}]" for e in _buttons(message))
            name = (
                self._slack.state.users[message.user].name
                if message.user in self._slack.state.users
                else "Slack"
            )
            lines.append(f"{name}: {message.text}{buttons}")
        return "\n".join(lines)


def _buttons(message: Message) -> list[JsonObject]:
    return [
        element for _, element in interactive_elements(all_blocks(message)) if element["type"] == "button"
    ]


class CardUser(Protocol):
    """Somebody before a card, as far as a card needs to know them: a `slack_local.people.person.Person`."""

    @property
    def id(self) -> str: ...

    @property
    def modal(self) -> View | None:
        """The form on top of their screen."""
        ...

    async def clicks(self, message: Message, action_id: str, block_id: str | None = None) -> ClickResult:
        """Press what stands there."""
        ...

    async def submits(self, view: View, values: Mapping[str, Any] | None = None) -> SubmissionResult:
        """Fill in and submit a form."""
        ...


class Card:
    """A message of the bot that asks something, with the presses that Countersign's interface promises."""

    def __init__(self, slack: Slack, thread: Thread, message: Message) -> None:
        self._slack = slack
        self.thread = thread
        self.message = message

    def __repr__(self) -> str:
        return f"<card {self.message.ts}: {self.message.text!r} {self.actions}>"

    @property
    def ts(self) -> str:
        return self.message.ts

    @property
    def text(self) -> str:
        """Everything the card says."""
        return full_text(self.message)

    @property
    def actions(self) -> list[str]:
        """The action ids that can be pressed now."""
        return [element["action_id"] for _, element in interactive_elements(all_blocks(self.message))]

    @property
    def is_open(self) -> bool:
        return bool(_buttons(self.message))

    async def click(self, action_id: str, by: CardUser, block_id: str | None = None) -> ClickResult:
        """Press something on the card; `NotPossibleError` when it is not there now."""
        return await by.clicks(self.message, action_id, block_id)

    async def approve(self, by: CardUser, block_id: str | None = None) -> ClickResult:
        """Press Approve."""
        return await self.click("approval:approve", by, block_id)

    async def form(
        self, action_id: str, by: CardUser, block_id: str | None = None, *, limit: float = 10.0
    ) -> View:
        """Press what opens a form, and wait for the form."""
        before = by.modal
        await self.click(action_id, by, block_id)
        return await self._slack.changes.wait_for(
            ("screen", by.id),
            lambda: by.modal if by.modal is not before else None,
            limit=limit,
            what=f"the form of {action_id}",
        )

    async def decide(
        self, action_id: str, by: CardUser, values: Mapping[str, Any], block_id: str | None = None
    ) -> SubmissionResult:
        """Open a form, fill it in and submit it."""
        view = await self.form(action_id, by, block_id)
        return await by.submits(view, values)

    async def reject(
        self, by: CardUser, reason: str | None = None, block_id: str | None = None
    ) -> SubmissionResult:
        """Press Reject and submit the form, with a reason if one is given."""
        return await self.decide("approval:reject", by, {"/message": reason} if reason else {}, block_id)

    async def edit(
        self, by: CardUser, values: Mapping[str, Any], block_id: str | None = None
    ) -> SubmissionResult:
        """Press Edit, change values by their JSON Pointer, submit."""
        return await self.decide("approval:edit", by, values, block_id)

    async def respond(self, by: CardUser, message: str, block_id: str | None = None) -> SubmissionResult:
        """Press Respond and submit the words."""
        return await self.decide("approval:respond", by, {"/message": message}, block_id)

    async def answer(self, by: CardUser, value: Any = None, **values: Any) -> SubmissionResult:
        """Press Answer and submit: one value for the whole answer, or values by JSON Pointer."""
        return await self.decide("approval:answer", by, values or {"/": value})

    async def closes(self, *, limit: float = 10.0) -> Message:
        """Wait until the card has no buttons any more. Raises `WaitTimeoutError`."""
        return await self.thread.wait_until(
            lambda: None if self.is_open else self.message, limit=limit, what="the card to close"
        )
