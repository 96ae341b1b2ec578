"""Turns decisions into the value that resumes the graph; every answer is validated here."""

from collections.abc import Iterator, Mapping, Sequence

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.i18n import _
from countersign.interrupts.errors import InvalidDecision
from countersign.interrupts.forms.form import Form
from countersign.interrupts.forms.state_change import StateChangeForm
from countersign.interrupts.json_values import pointer
from countersign.interrupts.json_values.equality import json_equal
from countersign.interrupts.review_request import ReviewRequest, ReviewRow
from countersign.interrupts.shape_answers.code_refusals import code_refusals
from countersign.interrupts.validation.messages import REQUIRED


def resume_value(request: ReviewRequest, decisions: Sequence[Decision]) -> Json:
    """The value that resumes the graph, from one decision per row, in order, each allowed and valid.

    Raises `InvalidDecision`. Nothing else validates an answer: LangGraph takes any answer to a schema that is
    a plain dict, and a single malformed answer makes LangChain's batched pause unanswerable.
    """
    if len(decisions) != len(request.rows):
        text = _("{rows} decisions are needed and {decisions} were made.").format(
            rows=len(request.rows), decisions=len(decisions)
        )
        raise InvalidDecision(min(len(decisions), len(request.rows) - 1), {pointer.ROOT: text})
    for at, decision in enumerate(decisions):
        check_decision(request, at, decision)
    answer = request.answer(decisions)
    if request.schema is not None:
        errors = request.schema.errors(answer)
        if errors:
            raise InvalidDecision(*_row_of_errors(errors, answer, decisions))
    return answer


def check_decision(request: ReviewRequest, row: int, decision: Decision) -> None:
    """Raise `InvalidDecision` unless this row allows the decision and its form takes the value."""
    errors = _errors(request.rows[row], decision)
    if errors:
        raise InvalidDecision(row, errors)


def _errors(row: ReviewRow, decision: Decision) -> Mapping[str, str]:
    if decision.state is not None:
        changes = row.update.state_errors(decision.state) if isinstance(row.update, StateChangeForm) else None
        if changes is None or changes:
            return changes or {pointer.ROOT: _("The state can't be changed here.")}
    if decision.ends_run:
        rejectable = DecisionKind.REJECT in row.allowed and row.ignores_answer
        possible = decision.kind is DecisionKind.REJECT and (row.cancellation is not None or rejectable)
        return {} if possible else {pointer.ROOT: _("The run can't be cancelled here.")}
    if decision.verbatim:
        possible = decision.kind is DecisionKind.RESPOND and row.other is not None
        return {} if possible else {pointer.ROOT: _("This can be answered with the card's buttons only.")}
    unheard = decision.kind is DecisionKind.REJECT and row.ignores_answer  # it has to end the run
    if decision.kind not in row.allowed or unheard:
        return {
            pointer.ROOT: _("“{decision}” is not possible here.").format(decision=decision.kind.capitalize())
        }
    return _form_errors(row, decision) or _code_errors(row, decision)


def _form_errors(row: ReviewRow, decision: Decision) -> Mapping[str, str]:
    form = row.forms.get(decision.kind)
    if decision.kind is DecisionKind.RESPOND and row.options:
        offered = any(json_equal(option.value, decision.value) for option in row.options)
        if offered or form is None:
            return {} if offered else {pointer.ROOT: _("Choose one of the options.")}
    if form is None:
        return {}
    if _takes_message(form, decision):
        missing = form.only_field is not None and form.only_field.required and not decision.message
        return {pointer.MESSAGE: _(REQUIRED)} if missing else {}
    if decision.kind is DecisionKind.RESPOND and decision.value is None and decision.message is not None:
        return form.errors(decision.message)
    return form.errors(decision.value)


def _takes_message(form: Form, decision: Decision) -> bool:
    only = form.only_field
    return only is not None and only.pointer == pointer.MESSAGE and decision.kind is not DecisionKind.EDIT


def _code_errors(row: ReviewRow, decision: Decision) -> Mapping[str, str]:
    """Errors for parts of the answer that the graph's code cannot use, at the form's fields.

    A form shows its own part of an answer, and not always all of that: one of JSON may leave out a key.
    """
    if row.read_as is None:
        return {}
    form, slot = row.forms.get(decision.kind), row.answers[decision.kind].slot
    typed_at = pointer.join(slot or ())
    errors: dict[str, str] = {}
    for place, text in code_refusals(row.read_as, row.answer(decision)).items():
        inside = place if typed_at == pointer.ROOT else place.removeprefix(typed_at)
        if form is not None and _takes_message(form, decision):
            inside = pointer.MESSAGE
        errors.setdefault(inside or pointer.ROOT, text)
    return errors


def _row_of_errors(
    errors: Mapping[str, str], answer: Json, decisions: Sequence[Decision]
) -> tuple[int, Mapping[str, str]]:
    """The row that errors of the whole answer are about, with pointers as that row's form has them."""
    for at, decision in enumerate(decisions):
        for inside in _locations(answer, decision.value):
            own = {place: text for place, text in errors.items() if place.startswith(inside + "/")}
            if own:
                return at, {place.removeprefix(inside): text for place, text in own.items()}
    return 0, errors


def _locations(answer: Json, value: Json) -> Iterator[str]:
    """Where in the answer the person's own value is, if it is an object."""
    if not isinstance(value, dict):
        return
    todo: list[tuple[tuple[str | int, ...], Json]] = [((), answer)]
    while todo:
        path, item = todo.pop()
        if item is value and path:
            yield pointer.join(path)
        elif isinstance(item, dict):
            todo += [((*path, key), inner) for key, inner in item.items()]
        elif isinstance(item, list):
            todo += [((*path, at), inner) for at, inner in enumerate(item)]
