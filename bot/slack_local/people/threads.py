"""A thread as people see it, its messages, and its cards: messages of the bot with buttons."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, overload

from slack_local.block_kit.input_state import all_blocks, interactive_elements
from slack_local.block_kit.text import full_text
from slack_local.model.records import JsonObject, Message, View
from slack_local.model.slack import Slack
from slack_local.people.results import ClickResult, SubmissionResult


def buttons_of(message: Message) -> list[JsonObject]:
    """The buttons of a message, as the app sent them."""
    elements = (element for _, element in interactive_elements(all_blocks(message)))
    return [element for element in elements if element["type"] == "button"]


class CardUser(Protocol):
    """Somebody before a card, as far as a card needs to know them: a `slack_local.people.person.Person`."""

    @property
    def id(self) -> str: ...

    @property
    def modal(self) -> View | None:
        """The form on top of their screen."""
        ...

    async def clicks(self, message: Message, action_id: str, block_id: str | None = None) -> ClickResult:
        """Press what is there."""
        ...

    async def submits(self, view: View, values: Mapping[str, Any] | None = None) -> SubmissionResult:
        """Fill in and submit a form."""
        ...


class Card:
    """A message of the bot with buttons. A button is named by its action id or by its label."""

    def __init__(self, slack: Slack, thread: "Thread", message: Message) -> None:
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
    def labels(self) -> list[str]:
        """The labels of the buttons that can be pressed now."""
        return [element["text"]["text"] for element in buttons_of(self.message)]

    @classmethod
    def is_card(cls, message: Message) -> bool:
        """Whether a message is an open card of this kind: one with a button."""
        return bool(buttons_of(message))

    @property
    def is_open(self) -> bool:
        """Whether the card has a button."""
        return bool(buttons_of(self.message))

    async def click(self, button: str, by: CardUser, block_id: str | None = None) -> ClickResult:
        """Press a button. Raises `NotPossibleError` when it is not there now."""
        return await by.clicks(self.message, self._action_id(button), block_id)

    async def form(
        self, button: str, by: CardUser, block_id: str | None = None, *, limit: float = 10.0
    ) -> View:
        """Press a button that opens a form, and wait for the form. Raises `WaitTimeoutError`."""
        before = by.modal
        await self.click(button, by, block_id)
        return await self._slack.changes.wait_for(
            ("screen", by.id),
            lambda: by.modal if by.modal is not before else None,
            limit=limit,
            what=f"the form of {button}",
        )

    async def submit(
        self, button: str, by: CardUser, values: Mapping[str, Any], block_id: str | None = None
    ) -> SubmissionResult:
        """Press a button that opens a form, fill in `values` by block id, and submit."""
        view = await self.form(button, by, block_id)
        return await by.submits(view, values)

    async def closes(self, *, limit: float = 10.0) -> Message:
        """Wait until the card has no buttons any more. Raises `WaitTimeoutError`."""
        return await self.thread.wait_until(
            lambda: None if self.is_open else self.message, limit=limit, what="the card to close"
        )

    def _action_id(self, button: str) -> str:
        """The action id of a label; anything else is taken for an action id."""
        labelled = (e["action_id"] for e in buttons_of(self.message) if e["text"]["text"] == button)
        return button if button in self.actions else next(labelled, button)


T = TypeVar("T")
C = TypeVar("C", bound=Card)


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

    def written_by(self, person: CardUser) -> list[Message]:
        """What somebody wrote here, oldest first: recorded tests ask for it."""
        return [message for message in self.messages() if message.user == person.id]

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

    @overload
    async def card(self, number: int = 0, *, saying: str = "", limit: float = 10.0) -> Card: ...

    @overload
    async def card(self, number: int = 0, *, saying: str = "", limit: float = 10.0, kind: type[C]) -> C: ...

    async def card(
        self, number: int = 0, *, saying: str = "", limit: float = 10.0, kind: type[Card] = Card
    ) -> Card:
        """Wait for open card `number` (oldest is 0): a message with buttons. Raises `WaitTimeoutError`.

        With `saying`, only the cards that contain this text count. `kind` is a subclass with methods for one
        app's cards, which says which messages are cards.
        """

        def look() -> Message | None:
            cards = [m for m in self.from_bot() if kind.is_card(m) and saying in full_text(m)]
            return cards[number] if len(cards) > number else None

        said = f" that says {saying!r}" if saying else ""
        return kind(self._slack, self, await self.wait_until(look, limit=limit, what=f"card {number}{said}"))

    @overload
    def cards(self) -> list[Card]: ...

    @overload
    def cards(self, *, kind: type[C]) -> list[C]: ...

    def cards(self, *, kind: type[Card] = Card) -> list[Any]:
        """The cards that are open now."""
        return [kind(self._slack, self, message) for message in self.from_bot() if kind.is_card(message)]

    def transcript(self) -> str:
        """The thread as lines of text."""
        lines = []
        for message in self.messages():
            buttons = "".join(f" [{e['text']['text']}]" for e in buttons_of(message))
            name = (
                self._slack.state.users[message.user].name
                if message.user in self._slack.state.users
                else "Slack"
            )
            lines.append(f"{name}: {message.text}{buttons}")
        return "\n".join(lines)
