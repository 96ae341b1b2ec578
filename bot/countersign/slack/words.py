"""The words of the four decisions, and how Slack writes a moment and a person."""

from datetime import UTC, datetime

from countersign.approvals.decision import DecisionKind
from countersign.approvals.person import Person
from countersign.slack.escape import escape

PREFIX = "approval:"
ANSWER = "answer"  # a respond to a plain question goes by this word
VIEW = "approval:view"
PAGE = "approval:page"
APPROVE_REST = "approval:approve_rest"

_LABELS = {
    DecisionKind.APPROVE: "Approve",
    DecisionKind.EDIT: "Edit",
    DecisionKind.RESPOND: "Respond",
    DecisionKind.REJECT: "Reject",
}
_MARKS = {
    DecisionKind.APPROVE: ":white_check_mark:",
    DecisionKind.EDIT: ":pencil2:",
    DecisionKind.RESPOND: ":speech_balloon:",
    DecisionKind.REJECT: ":no_entry:",
}


def word(kind: DecisionKind, *, plain_question: bool) -> str:
    """The action id of the button, and the callback id of the form behind it."""
    return PREFIX + (ANSWER if plain_question and kind is DecisionKind.RESPOND else kind.value)


def kind_of(word: str) -> DecisionKind | None:
    """The decision that an action id or callback id stands for; None if it is none."""
    name = word.removeprefix(PREFIX)
    if name == ANSWER:
        return DecisionKind.RESPOND
    return next((kind for kind in DecisionKind if kind.value == name), None)


def label(kind: DecisionKind, *, answers: bool) -> str:
    """`answers`: what is asked wants an answer, and not words in place of a tool's result."""
    return "Answer" if answers and kind is DecisionKind.RESPOND else _LABELS[kind]


def done(kind: DecisionKind) -> str:
    return kind.done.capitalize()


def mark(kind: DecisionKind) -> str:
    return _MARKS[kind]


def moment(at: datetime) -> str:
    """A moment in each reader's own time zone, with UTC for whoever cannot show it."""
    fallback = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def mention(person: Person) -> str:
    return f"<@{escape(person.id)}>"
