"""A review request: an interrupt's value, parsed into what to show and what may be answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import pointer
from countersign.interrupts.errors import FormValidationError
from countersign.interrupts.forms.field import RawInput
from countersign.interrupts.forms.form import Form


@dataclass(frozen=True, kw_only=True)
class Part:
    """One labelled piece of what people must be able to read in full, in the payload's order."""

    label: str
    value: Json
    secondary: bool = False  # an address for machines: shown like all of it, but in small print


@dataclass(frozen=True, kw_only=True)
class ReviewRow:
    """One action that is decided on its own. Most requests have exactly one row."""

    action: str | None  # the tool's name as it was sent, where it is about a tool: show it with `single_line`
    parts: tuple[Part, ...]  # with the description, all that the card, or what opens from it, shows
    allowed: frozenset[DecisionKind]  # a decision that is not here has no button and is refused
    forms: dict[DecisionKind, Form] = field(default_factory=dict)  # EDIT and RESPOND (and REJECT's reason)
    description: str | None = None  # the asker's own words about this row of several, as the request's are

    def decide(self, kind: DecisionKind, raw: Mapping[str, RawInput] | None = None) -> Decision:
        """The decision of a button (`raw` is None) or a submitted form. Raises `FormValidationError`."""
        form = self.forms.get(kind)
        if kind not in self.allowed:
            raise FormValidationError({pointer.ROOT: f"“{kind.capitalize()}” is not possible here."})
        if form is None or raw is None:
            return Decision(kind=kind)
        value = form.read(raw)
        if form.only_field and form.only_field.pointer == pointer.MESSAGE and kind is not DecisionKind.EDIT:
            message = pointer.find(value, pointer.MESSAGE)
            return Decision(kind=kind, message=message if isinstance(message, str) else None)
        return Decision(kind=kind, value=value)

    def reply(self, kind: DecisionKind, text: str) -> Decision | None:
        """The decision that a plain message in the thread stands for; None if it takes a form to say it.

        Raises `FormValidationError` if the text does not fit.
        """
        form = self.forms.get(kind)
        if form is None:
            return None if text else self.decide(kind)
        return self.decide(kind, {form.only_field.pointer: text}) if form.only_field else None


@dataclass(frozen=True, kw_only=True)
class ReviewRequest:
    """Title, description and the rows' actions and parts together show the whole payload."""

    dialect: str  # the dialect that answers it, by name
    title: str  # plain text, one line, at most 150 characters: what is asked
    description: (
        str | None
    )  # the asker's own words, if it sent any and they are short: at most 500 characters
    rows: tuple[ReviewRow, ...]
    plain_question: bool  # the button is `approval:answer` instead of `approval:respond`
