"""From an interrupt's value to a review request, and from decisions to the value that resumes the graph."""

from collections.abc import Iterator, Mapping, Sequence

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import pointer
from countersign.interrupts.dialects import BY_NAME, DIALECTS, anything_else
from countersign.interrupts.errors import InvalidDecision
from countersign.interrupts.json_conversion import to_json
from countersign.interrupts.review_request import ReviewRequest, ReviewRow
from countersign.interrupts.validation.messages import REQUIRED
from countersign.interrupts.validation.schema import compile_schema


def parse(value: Json, schema: Json = None) -> ReviewRequest:
    """What the interrupt asks, read by the first dialect that knows its shape. Never raises."""
    value, schema = to_json(value), to_json(schema)
    for dialect in DIALECTS:
        request = dialect.parse(value, schema)
        if request is not None:
            return request
    return anything_else.parse(value, schema)


def resume_value(request: ReviewRequest, value: Json, schema: Json, decisions: Sequence[Decision]) -> Json:
    """What to resume the graph with: one decision per row, in order, each allowed, each value valid.

    Raises `InvalidDecision`. Nothing else validates an answer: LangGraph takes any answer to a schema that is
    a plain dict, and a single malformed answer makes LangChain's batched pause unanswerable.
    """
    value, schema = to_json(value), to_json(schema)
    if len(decisions) != len(request.rows):
        text = f"{len(request.rows)} decisions are needed and {len(decisions)} were made."
        raise InvalidDecision(min(len(decisions), len(request.rows) - 1), {pointer.ROOT: text})
    for at, decision in enumerate(decisions):
        check_decision(request, at, decision)
    answer = BY_NAME[request.dialect].resume_value(value, decisions)
    if schema is not None:
        errors = compile_schema(schema).errors(answer)
        if errors:
            raise InvalidDecision(*_whose(errors, answer, decisions))
    return answer


def check_decision(request: ReviewRequest, row: int, decision: Decision) -> None:
    """Raise `InvalidDecision` unless this row allows the decision and its form takes the value."""
    errors = _errors(request.rows[row], decision)
    if errors:
        raise InvalidDecision(row, errors)


def _errors(row: ReviewRow, decision: Decision) -> Mapping[str, str]:
    if decision.kind not in row.allowed:
        return {pointer.ROOT: f"“{decision.kind.capitalize()}” is not possible here."}
    form = row.forms.get(decision.kind)
    if form is None:
        return {}
    if (
        form.only_field
        and form.only_field.pointer == pointer.MESSAGE
        and decision.kind is not DecisionKind.EDIT
    ):
        missing = form.only_field.required and not decision.message
        return {pointer.MESSAGE: REQUIRED} if missing else {}
    if decision.kind is DecisionKind.RESPOND and decision.value is None and decision.message is not None:
        return form.errors(decision.message)
    return form.errors(decision.value)


def _whose(
    errors: Mapping[str, str], answer: Json, decisions: Sequence[Decision]
) -> tuple[int, Mapping[str, str]]:
    """The row that a finding about the whole answer is about, with pointers as that row's form has them."""
    for at, decision in enumerate(decisions):
        for inside in _places(answer, decision.value):
            mine = {place: text for place, text in errors.items() if place.startswith(inside + "/")}
            if mine:
                return at, {place.removeprefix(inside): text for place, text in mine.items()}
    return 0, errors


def _places(answer: Json, value: Json) -> Iterator[str]:
    """Where in the answer the person's own value stands, if it is an object."""
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
