"""A question whose answer the code does nothing with has no Reject: the code would go on all the same."""

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import AnswerSource, answer_previews, parse
from countersign.interrupts.code import Unknown, Where, notation, shape_from_json, shape_to_json

UNREAD = Unknown(unread=True, where=Where("gate.py", 3), evidence="interrupt(gate)")


@pytest.mark.parametrize(
    ("payload", "buttons"),
    [
        ("Do you approve?", ["approve"]),
        ("Which city?", ["respond"]),
        ({"stage": "outline", "action": "approve"}, ["approve"]),
        ({"title": "Ship?", "summary": "Now."}, ["approve"]),
        ({"question": "?", "options": ["approve", "reject", "later"]}, ["option:0", "option:2"]),
        ({"question": "?", "options": ["cancel"]}, ["option:0"]),
        ({"question": "?", "options": []}, ["respond"]),
        ({"task": "Correct it.", "text": "a"}, ["approve"]),
        ({"text_to_revise": "a"}, ["approve"]),
        ({"query": "Where?"}, ["respond"]),
        ({"tool_call": {"name": "pay", "args": {"to": "Bo"}}}, ["approve"]),
        ({"colours": ["red"]}, ["respond"]),
        (None, ["respond"]),
    ],
)
def test_nothing_is_offered_that_the_code_would_not_hear(payload: Json, buttons: list[str]) -> None:
    request = parse(payload, None, UNREAD)

    (row,) = request.rows
    assert [preview.action for preview in answer_previews(request)] == buttons
    assert row.cancellation is not None, "whoever does not agree ends the run"
    assert row.other is not None
    assert request.source is AnswerSource.CODE
    assert request.evidence == "gate.py:3: interrupt(gate)"
    assert row.parts == parse(payload).rows[0].parts


def test_a_protocol_whose_answers_are_documented_keeps_its_buttons() -> None:
    payload: Json = {
        "action_requests": [{"name": "pay", "args": {}}],
        "review_configs": [{"action_name": "pay", "allowed_decisions": ["approve", "reject"]}],
    }

    assert parse(payload, None, UNREAD) == parse(payload)


def test_a_schema_keeps_what_it_says() -> None:
    schema: Json = {"type": "boolean"}

    assert parse("Go?", schema, UNREAD) == parse("Go?", schema)


def test_it_is_stored_and_written() -> None:
    assert shape_from_json(shape_to_json(UNREAD)) == UNREAD != Unknown()
    assert shape_from_json({"kind": "unknown"}) == Unknown()
    assert notation(UNREAD) == "not used"
