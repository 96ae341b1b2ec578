"""What a story prints: who did what, how the thread looks, and what was checked."""

from collections.abc import Iterable

from slack_local.model.records import Ephemeral, Message, View
from slack_local.model.state import WorkspaceState
from slack_local.people.person import Person
from slack_local.transcript.blocks import ephemeral_lines, message_lines, view_lines
from slack_local.transcript.mrkdwn import Names, names_in, shown

MARGIN = "    "


class UnexpectedError(AssertionError):
    """A story did not go as it should; the text is what was expected."""


class Transcript:
    """Prints a story as it happens."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state

    @property
    def _names(self) -> Names:
        return names_in(self._state)

    def story(self, number: int, title: str) -> None:
        """Begin a story."""
        heading = f"{number}. {title}"
        self._print(["", heading, "═" * len(heading)])

    def does(self, what: str) -> None:
        """Say what somebody does."""
        self._print(["", f"→ {what}"])

    def shows(self, *messages: Message) -> None:
        """Draw messages as they look now."""
        for message in messages:
            self._print(MARGIN + line for line in message_lines(message, self._names))

    def form(self, person: Person, view: View) -> None:
        """Draw the form on somebody's screen."""
        self._print([f"{MARGIN}On {person.name}'s screen:"])
        self._print(MARGIN + line for line in view_lines(view, self._names))

    def whispers(self, person: Person, seen: Ephemeral) -> None:
        """Draw what one person alone is told."""
        lines = ephemeral_lines(seen, self._names)
        lines[0] = f"(only visible to {person.name})"
        self._print(MARGIN + line for line in lines)

    def expect(self, what: str, holds: object, instead: object = None) -> None:
        """Print that an expectation holds. Raises `UnexpectedError` when it does not."""
        if not holds:
            raise UnexpectedError(what if instead is None else f"{what}\ninstead: {instead}")
        self._print([f"  ✓ {what}"])

    def text_of(self, message: Message) -> str:
        """A message's own text as people read it."""
        return shown(message.text, self._names)

    def _print(self, lines: Iterable[str]) -> None:
        for line in lines:
            print(line)
        print(end="", flush=True)
