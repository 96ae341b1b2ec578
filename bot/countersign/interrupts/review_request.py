"""A review request: an interrupt's value, parsed into what to show and what may be answered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.answers.negative_options import is_negative
from countersign.interrupts.answers.template import AnswerTemplate
from countersign.interrupts.code import AnswerShape
from countersign.interrupts.errors import FormValidationError
from countersign.interrupts.forms.field import Option, RawInput
from countersign.interrupts.forms.form import Form
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.equality import json_equal
from countersign.interrupts.validation.schema import Schema


class PartRole(StrEnum):
    """A part that a card may lay out in a way of its own."""

    RISK = "risk"
    WHY = "why"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One labelled piece of what people must be able to read in full, in the payload's order."""

    label: str
    value: Json
    secondary: bool = False  # an id for machines: shown like every part, but in small print
    role: PartRole | None = None
    heading: str | None = None  # the bot's own words in place of the label, which is a key of the payload


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AnswerSource(StrEnum):
    """What decides the shape of an answer, the strongest first."""

    DECLARED = "declared"  # a response schema, or a protocol whose answers are documented
    CODE = "code"  # what the graph's own code does with the answer
    PAYLOAD = "payload"  # what the payload offers: a guess


@dataclass(frozen=True, kw_only=True)
class ReviewRow:
    """One action that is decided on its own. Most requests have exactly one row.

    A decision in `allowed` has an answer in `answers`, and a form in `forms` if something is typed for it.
    `options` are the answers of buttons of their own, with the position in the payload as key: a RESPOND
    picks one of them, or gives another answer if it has a form too.
    `cancellation` is the form that asks why the run is cancelled; a row that can't be rejected has it.
    `other` is the form that takes any JSON; only a row whose answers were guessed has it. `update` is the
    form that answers and changes the graph's state, where that is allowed. `read_as` is what the graph's code
    reads of the answer, where that decides: every answer but that of `other` has to fit it.
    `ignores_answer` is set where the code does nothing with the answer: a no then cancels the run.
    """

    action: str | None  # the tool's name as it was sent, where it is about a tool: show it with `single_line`
    parts: tuple[Part, ...]  # with the description, all that the card, or what opens from it, shows
    answers: Mapping[DecisionKind, AnswerTemplate]
    args: Mapping[str, Json] = field(default_factory=dict)  # the tool's arguments; without a tool the payload
    forms: Mapping[DecisionKind, Form] = field(default_factory=dict)  # EDIT, RESPOND, and REJECT's reason
    options: tuple[Option, ...] = ()
    cancellation: Form | None = None
    other: Form | None = None
    update: Form | None = None
    read_as: AnswerShape | None = None
    ignores_answer: bool = False
    edited_at: str = pointer.ROOT  # the place in `args` that EDIT changes, where it is not all of them
    description: str | None = None  # the asker's own words about this row of several, as the request's are

    @property
    def allowed(self) -> frozenset[DecisionKind]:
        """The decisions that have a button; any other is refused."""
        return frozenset(self.answers)

    def decide(self, kind: DecisionKind, raw: Mapping[str, RawInput] | None = None) -> Decision:
        """The decision of a button (`raw` is None) or a submitted form. Raises `FormValidationError`."""
        form = self.forms.get(kind)
        if kind not in self.allowed:
            named = _("“{decision}” is not possible here.").format(decision=_(kind.capitalize()))
            raise FormValidationError({pointer.ROOT: named})
        if form is None or raw is None:
            return Decision(kind=kind)
        value = form.read(raw)
        if form.only_field and form.only_field.pointer == pointer.MESSAGE and kind is not DecisionKind.EDIT:
            message = pointer.find(value, pointer.MESSAGE)
            return Decision(kind=kind, message=message if isinstance(message, str) else None)
        return Decision(kind=kind, value=value)

    def choose(self, position: int) -> Decision:
        """The decision of an option's button. Raises `FormValidationError` if there is no such option."""
        found = next((option for option in self.options if option.key == str(position)), None)
        if found is None:
            raise FormValidationError({pointer.ROOT: _("This option isn't offered here.")})
        return Decision(kind=DecisionKind.RESPOND, value=found.value)

    def choose_by_label(self, labels: Collection[str]) -> Decision | None:
        """The decision of the only option with one of these labels, in any case; None if there is none."""
        wanted = {label.casefold() for label in labels}
        found = [option for option in self.options if option.label.strip().casefold() in wanted]
        return Decision(kind=DecisionKind.RESPOND, value=found[0].value) if len(found) == 1 else None

    def answer_another_way(self, raw: Mapping[str, RawInput]) -> Decision:
        """The decision of the form that takes any JSON. Raises `FormValidationError`."""
        if self.other is None:
            raise FormValidationError({pointer.ROOT: _("This can be answered with the card's buttons only.")})
        return Decision(kind=DecisionKind.RESPOND, value=self.other.read(raw), verbatim=True)

    def cancel_run(self, raw: Mapping[str, RawInput]) -> Decision:
        """The decision of the form that cancels the run. Raises `FormValidationError`."""
        if self.cancellation is None:
            raise FormValidationError({pointer.ROOT: _("The run can't be cancelled here.")})
        message = pointer.find(self.cancellation.read(raw), pointer.MESSAGE)
        return run_cancellation(message if isinstance(message, str) else None)

    def reply(self, text: str) -> Decision | None:
        """The answer that a plain message in the thread gives; None if it has to be given on the card.

        Raises `FormValidationError` if the text does not fit.
        """
        for kind in (DecisionKind.APPROVE, DecisionKind.REJECT):
            answer = self.answers.get(kind)
            sent = answer.value if answer is not None and answer.slot is None else None
            if isinstance(sent, str) and sent.casefold() == text.strip().casefold():
                return Decision(kind=kind)
        if option := self.choose_by_label((text.strip(),)):
            return option
        form = self.forms.get(DecisionKind.RESPOND)
        if form is None or form.only_field is None:
            return None
        return self.decide(DecisionKind.RESPOND, {form.only_field.pointer: text})

    def effective(self, decision: Decision) -> Decision:
        """The decision, or the cancellation of the run where the graph would continue after a rejection."""
        if not self.ignores_answer or decision.verbatim or decision.ends_run:
            return decision
        if decision.kind is DecisionKind.REJECT:
            return run_cancellation(decision.message)
        picked = next((each for each in self.options if json_equal(each.value, decision.value)), None)
        says_no = decision.kind is DecisionKind.RESPOND and picked is not None and is_negative(picked)
        return run_cancellation(None) if says_no else decision

    def answer(self, decision: Decision) -> Json:
        """What this row sends for an allowed decision."""
        return decision.value if decision.verbatim else self.answers[decision.kind].answer(decision)


def run_cancellation(reason: str | None) -> Decision:
    """A rejection for which the graph has no answer: its run is cancelled."""
    return Decision(kind=DecisionKind.REJECT, message=reason, ends_run=True)


@dataclass(frozen=True, kw_only=True)
class ReviewRequest:
    """Title, description and the rows' actions and parts together show the whole payload.

    `batch` puts the rows' answers, as a list, into what resumes the graph; without it there is one row, and
    its answer is what resumes the graph. `schema` validates that value.
    """

    dialect: str  # the dialect by which the payload was read
    title: str  # plain text, one line, at most 150 characters: what is asked
    description: str | None  # the asker's own words, if it sent any of at most 500 characters
    rows: tuple[ReviewRow, ...]
    plain_question: bool = False  # a question and nothing else: its button is `approval:answer`
    answered_by_reply: bool = False  # a message in the thread is the answer
    batch: AnswerTemplate | None = None
    schema: Schema | None = None
    source: AnswerSource = AnswerSource.PAYLOAD
    evidence: str = ""  # of CODE: `graph.py:12: if answer == "yes"`
    summary: str | None = None
    risk: Risk | None = None
    why: str | None = None
    details: Mapping[str, Json] = field(default_factory=dict)
    expires_in: timedelta | None = None

    def answer(self, decisions: Sequence[Decision]) -> Json:
        """What resumes the graph; the decisions are not validated. See `resume_value`."""
        answers: list[Json] = [row.answer(each) for row, each in zip(self.rows, decisions, strict=True)]
        return answers[0] if self.batch is None else self.batch.fill(answers)
