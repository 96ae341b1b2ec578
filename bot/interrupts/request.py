"""A review request: an interrupt's value, parsed into what to show and what may be answered."""

from dataclasses import dataclass, field

from bot.approvals.decision import DecisionKind
from bot.approvals.json import Json
from bot.interrupts.form import Form


@dataclass(frozen=True, kw_only=True)
class Part:
    """One labelled piece of what people must be able to read in full, in the payload's order."""

    label: str
    value: Json


@dataclass(frozen=True, kw_only=True)
class ReviewRow:
    """One action that is decided on its own. Most requests have exactly one row."""

    action: str | None  # the tool's name, where the request is about a tool
    parts: tuple[Part, ...]  # everything the card (or what opens from it) shows of this row
    allowed: frozenset[DecisionKind]  # a decision that is not here has no button and is refused
    forms: dict[DecisionKind, Form] = field(default_factory=dict)  # EDIT and RESPOND (and REJECT's reason)


@dataclass(frozen=True, kw_only=True)
class ReviewRequest:
    dialect: str  # the dialect that answers it, by name
    title: str  # plain text, one line: what is asked
    description: str | None  # the asker's own words, if it sent any
    rows: tuple[ReviewRow, ...]
    plain_question: bool  # the button is `approval:answer` instead of `approval:respond`
