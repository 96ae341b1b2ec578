"""Which decision a button, a form or a reply is, and which ones a row takes."""

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import FormValidationError, InvalidDecision, ReviewRow, parse
from countersign.interrupts.resume import check_decision
from countersign.interrupts.review_request import run_cancellation

APPROVE, REJECT, RESPOND = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RESPOND
CALL: Json = {"type": "tool_approval", "name": "pay", "args": {}}
CHOICE: Json = {"question": "Which?", "options": ["red", "blue"]}
CANCELS = run_cancellation(None)


def row(payload: Json) -> ReviewRow:
    return parse(payload).rows[0]


def test_a_button_decides_without_the_form_that_its_decision_may_have() -> None:
    assert REJECT in row(CALL).forms
    assert row(CALL).decide(REJECT) == Decision(kind=REJECT)
    assert row(CALL).decide(REJECT, {"/message": "Too much."}) == Decision(kind=REJECT, message="Too much.")


def test_what_was_typed_is_nothing_where_the_decision_has_no_form() -> None:
    assert APPROVE not in row(CALL).forms
    assert row(CALL).decide(APPROVE, {"/message": "Fine."}) == Decision(kind=APPROVE)


def test_a_decision_that_has_no_button_is_refused_at_the_whole_card() -> None:
    with pytest.raises(FormValidationError) as told:
        row("Why?").decide(APPROVE)
    assert list(told.value.errors) == ["/"]


@pytest.mark.parametrize(
    ("words", "chosen"), [("red", "red"), (" BLUE ", "blue"), ("green", None), ("red blue", None)]
)
def test_a_reply_chooses_the_option_that_it_names(words: str, chosen: str | None) -> None:
    found = row(CHOICE).reply(words)
    assert found == (None if chosen is None else Decision(kind=RESPOND, value=chosen))


@pytest.mark.parametrize("position", [0, 1])
def test_an_options_button_is_the_answer_at_its_place(position: int) -> None:
    assert row(CHOICE).choose(position).value == ["red", "blue"][position]
    with pytest.raises(FormValidationError):
        row(CHOICE).choose(position + 2)


@pytest.mark.parametrize(
    ("payload", "goes_on", "possible"),
    [("Why?", False, True), (CALL, False, False), (CALL, True, True)],
    ids=["it cannot be rejected", "it can be rejected", "the code goes on after a rejection"],
)
def test_a_run_is_cancelled_only_where_its_graph_takes_no_rejection(
    payload: Json, goes_on: bool, possible: bool
) -> None:
    request = parse(payload)
    request = replace(request, rows=(replace(request.rows[0], ignores_answer=goes_on),))
    if possible:
        check_decision(request, 0, CANCELS)
        return
    with pytest.raises(InvalidDecision, match="cancelled") as told:
        check_decision(request, 0, CANCELS)
    assert (told.value.row, list(told.value.errors)) == (0, ["/"])


def test_only_a_rejection_cancels_a_run() -> None:
    with pytest.raises(InvalidDecision):
        check_decision(parse("Why?"), 0, Decision(kind=RESPOND, value="So.", ends_run=True))


def test_the_form_that_cancels_a_run_takes_its_reason() -> None:
    assert row("Why?").cancel_run({"/message": "Not now."}) == run_cancellation("Not now.")
    with pytest.raises(FormValidationError):
        row(CALL).cancel_run({"/message": "Not now."})


@pytest.mark.parametrize(
    ("decision", "effective"),
    [
        ({"kind": REJECT, "message": "No."}, run_cancellation("No.")),
        ({"kind": RESPOND, "value": "no"}, CANCELS),
        ({"kind": RESPOND, "value": "yes"}, None),
        ({"kind": RESPOND, "value": "nothing that is offered"}, None),
        ({"kind": APPROVE}, None),
        ({"kind": RESPOND, "value": "no", "verbatim": True}, None),
        ({"kind": REJECT, "message": "No.", "ends_run": True}, None),
    ],
)
def test_a_no_that_the_graph_would_not_hear_cancels_its_run(
    decision: dict[str, Any], effective: Decision | None
) -> None:
    offers: Json = {"question": "Go?", "options": ["yes", "no"]}
    given = Decision(**decision)
    deaf = replace(row(offers), ignores_answer=True)
    assert deaf.effective(given) == (effective or given)
    assert row(offers).effective(given) == given, "this one hears it"
