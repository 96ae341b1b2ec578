"""From an interrupt's value to a review request, and from decisions to the value that resumes the graph."""

from collections.abc import Iterator, Mapping, Sequence

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import pointer
from countersign.interrupts.dialects import BY_NAME, DIALECTS, anything_else
from countersign.interrupts.findings import REQUIRED
from countersign.interrupts.plain import as_json
from countersign.interrupts.refusal import Refused
from countersign.interrupts.request import ReviewRequest, ReviewRow
from countersign.interrupts.schema import compiled


def parse(value: Json, schema: Json = None) -> ReviewRequest:
    """What the interrupt asks, read by the first dialect that knows its shape. Never raises."""
    value, schema = as_json(value), as_json(schema)
    for dialect in DIALECTS:
        request = dialect.read(value, schema)
        if request is not None:
            return request
    return anything_else.read(value, schema)


def resume_value(request: ReviewRequest, value: Json, schema: Json, decisions: Sequence[Decision]) -> Json:
    """What to resume the graph with: one decision per row, in order, each allowed, each value valid.

    Raises `Refused` before anything is sent. This is the only judge there is: LangGraph takes any answer to a
    schema that is a plain dict, and one malformed answer spoils LangChain's batched pause for good.
    """
    value, schema = as_json(value), as_json(schema)
    if len(decisions) != len(request.rows):
        text = f"{len(request.rows)} decisions are needed and {len(decisions)} were made."
        raise Refused(min(len(decisions), len(request.rows) - 1), {pointer.WHOLE: text})
    for at, decision in enumerate(decisions):
        check(request, at, decision)
    answer = BY_NAME[request.dialect].answer(value, decisions)
    if schema is not None:
        errors = compiled(schema).errors(answer)
        if errors:
            raise Refused(*_whose(errors, answer, decisions))
    return answer


def check(request: ReviewRequest, row: int, decision: Decision) -> None:
    """Raise `Refused` unless this row allows the decision and its form takes the value."""
    errors = _errors(request.rows[row], decision)
    if errors:
        raise Refused(row, errors)


def _errors(row: ReviewRow, decision: Decision) -> Mapping[str, str]:
    if decision.kind not in row.allowed:
        return {pointer.WHOLE: f"“{decision.kind.capitalize()}” is not possible here."}
    form = row.forms.get(decision.kind)
    if form is None:
        return {}
    if form.single and form.single.pointer == pointer.MESSAGE and decision.kind is not DecisionKind.EDIT:
        missing = form.single.required and not decision.message
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
