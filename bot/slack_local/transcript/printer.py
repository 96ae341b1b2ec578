"""Prints what happens in the workspace: who does what, what people see of it, what was expected."""

from collections.abc import Iterable

from slack_local.model.records import View
from slack_local.model.slack import Slack
from slack_local.people.person import Person
from slack_local.transcript.blocks import view_lines
from slack_local.transcript.mrkdwn import names_in
from slack_local.transcript.unread import Unread

MARGIN = "    "


class TranscriptPrinter:
    """Prints a transcript to standard output as things happen."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._unseen = Unread(slack)

    def heading(self, title: str) -> None:
        """Begin a story."""
        self._print(["", title, "═" * len(title)])

    def action(self, line: str) -> None:
        """Say what somebody does."""
        self._print(["", f"→ {line}"])

    def expectation(self, line: str) -> None:
        """Say what came as expected."""
        self._print([f"  ✓ {line}"])

    def form(self, person: Person, view: View) -> None:
        """Print the form on somebody's screen."""
        self._print([f"{MARGIN}On {person.name}'s screen:"])
        self._print(MARGIN + line for line in view_lines(view, names_in(self._slack.state)))

    def unseen(self, person: Person) -> None:
        """Print what this person can see and that was not printed yet."""
        self._print(MARGIN + line for line in self._unseen.lines(person))

    @staticmethod
    def _print(lines: Iterable[str]) -> None:
        for line in lines:
            print(line)
        print(end="", flush=True)
