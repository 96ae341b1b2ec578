"""A question whose answer the code does nothing with: a no cancels the run, which would go on."""

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import AnswerSource, answer_previews, parse, run_cancellation
from countersign.interrupts.code import SourceLocation, Unknown, notation, shape_from_json, shape_to_json

UNREAD = Unknown(unread=True, where=SourceLocation("gate.py", 3), evidence="interrupt(gate)")


@pytest.mark.parametrize(
    ("payload", "buttons"),
    [
        ("Do you approve?", ["approve"]),
        ("Which city?", ["respond"]),
        ({"stage": "outline", "action": "approve"}, ["approve"]),
        ({"title": "Ship?", "summary": "Now."}, ["approve"]),
        ({"question": "?", "options": ["approve", "reject", "later"]}, ["option:0", "option:2"]),
        ({"question": "?", "options": ["cancel"]}, []),
        ({"question": "?", "options": []}, ["respond"]),
        ({"task": "Correct it.", "text": "a"}, ["approve"]),
        ({"text_to_revise": "a"}, ["approve"]),
        ({"query": "Where?"}, ["respond"]),
        ({"tool_call": {"name": "pay", "args": {"to": "Bo"}}}, ["approve"]),
        ({"colours": ["red"]}, ["respond"]),
        (None, ["respond"]),
    ],
)
def test_the_code_hears_no_refusal(payload: Json, buttons: list[str]) -> None:
    request = parse(payload, None, UNREAD)

    (row,) = request.rows
    assert [preview.action for preview in answer_previews(request)] == buttons, "what the graph hears"
    assert (row.cancellation is not None) != (DecisionKind.REJECT in row.allowed), "a no ends the run"
    assert row.other is not None
    assert request.source is AnswerSource.CODE
    assert request.evidence == "gate.py:3: interrupt(gate)"
    assert row.parts == parse(payload).rows[0].parts


def test_a_no_cancels_the_run_and_a_yes_is_sent() -> None:
    row = parse("Do you approve?", None, UNREAD).rows[0]
    rejection = Decision(kind=DecisionKind.REJECT, message="too much")
    assert row.effective(rejection) == run_cancellation("too much")
    assert row.effective(run_cancellation("too much")) == run_cancellation("too much")
    approval = Decision(kind=DecisionKind.APPROVE)
    assert row.effective(approval) == approval
    assert parse("Do you approve?").rows[0].effective(rejection) == rejection


def test_an_option_that_says_no_cancels_the_run() -> None:
    row = parse({"question": "?", "options": ["approve", "reject", "later"]}, None, UNREAD).rows[0]
    yes, no, later = map(row.choose, range(3))
    assert row.effective(no) == run_cancellation(None)
    assert [row.effective(each) for each in (yes, later)] == [yes, later]


def test_another_answer_is_sent_as_it_is() -> None:
    row = parse("Do you approve?", None, UNREAD).rows[0]
    given = Decision(kind=DecisionKind.RESPOND, value=False, verbatim=True)
    assert row.effective(given) == given


def test_a_schema_keeps_what_it_says() -> None:
    schema: Json = {"type": "boolean"}

    assert parse("Go?", schema, UNREAD) == parse("Go?", schema)


def test_it_is_stored_and_written() -> None:
    assert shape_from_json(shape_to_json(UNREAD)) == UNREAD != Unknown()
    assert shape_from_json({"kind": "unknown"}) == Unknown()
    assert notation(UNREAD) == "not used"


@pytest.mark.parametrize(
    "payload",
    [
        {
            "action_requests": [{"name": "pay", "args": {"to": "Bo"}}, {"name": "ship", "args": {}}],
            "review_configs": [
                {"action_name": name, "allowed_decisions": ["approve", "edit", "reject", "respond"]}
                for name in ("pay", "ship")
            ],
        },
        [
            {
                "action_request": {"action": "pay", "args": {"to": "Bo"}},
                "config": {
                    "allow_ignore": True,
                    "allow_respond": True,
                    "allow_edit": True,
                    "allow_accept": True,
                },
            }
        ],
    ],
)
def test_a_protocol_that_the_code_declares_and_drops_is_not_believed(payload: Json) -> None:
    request = parse(payload, None, UNREAD)
    for row in request.rows:
        assert set(row.allowed) <= {DecisionKind.APPROVE, DecisionKind.REJECT}
        rejection = Decision(kind=DecisionKind.REJECT, message="too much")
        assert row.effective(rejection) == run_cancellation("too much")
    assert request.source is AnswerSource.CODE
