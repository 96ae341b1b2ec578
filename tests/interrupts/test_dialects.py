"""What the dialects show and offer, beyond the values that the conformance set holds them to."""

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import (
    FormValidationError,
    InvalidDecision,
    Part,
    ReviewRequest,
    Risk,
    parse,
    resume_value,
)
from countersign.interrupts.code import Boolean, Key, Object, OneOf, SourceLocation

APPROVE, EDIT, REJECT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.EDIT,
    DecisionKind.REJECT,
    DecisionKind.RESPOND,
)


def batch(**more: Json) -> dict[str, Json]:
    return {
        "action_requests": [{"name": "refund", "args": {"amount": 12}, "description": "Please look."}],
        "review_configs": [{"action_name": "refund", "allowed_decisions": ["approve", "edit", "reject"]}],
        **more,
    }


def labels(request: ReviewRequest) -> list[str]:
    return [part.label for row in request.rows for part in row.parts]


def test_an_action_is_shown_by_its_name_its_words_and_its_arguments() -> None:
    request = parse(batch())

    assert request.title == "Run refund?"
    assert request.description == "Please look."
    assert request.rows[0].parts == (Part(label="amount", value=12),)
    assert not request.plain_question


def an_inbox_item(action: str, description: str) -> dict[str, Json]:
    return {
        "action_request": {"action": action, "args": {"to": "bob"}},
        "config": {"allow_accept": True},
        "description": description,
    }


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a list"])
def test_one_inbox_request_is_a_card_of_its_own_with_its_description_at_the_top(alone: bool) -> None:
    item = an_inbox_item("send", "Look at this.")
    request = parse(item if alone else [item])

    assert (request.title, request.description) == ("Run send?", "Look at this.")
    assert labels(request) == ["to"]


def test_of_several_inbox_requests_each_has_its_description_in_its_row() -> None:
    request = parse([an_inbox_item("send", "First this."), an_inbox_item("post", "Then that.")])

    assert (request.title, request.description) == ("2 actions wait for approval", None)
    assert [[(part.label, part.value) for part in row.parts] for row in request.rows] == [
        [("to", "bob"), ("description", "First this.")],
        [("to", "bob"), ("description", "Then that.")],
    ]


YES_OR_NO = OneOf(("yes", "no"), exhaustive=True)


@pytest.mark.parametrize(
    ("text", "kind"), [("yes", APPROVE), (" YES ", APPROVE), ("No", REJECT), ("yes, but", None), ("ok", None)]
)
def test_a_reply_decides_by_the_very_word_that_a_button_sends(text: str, kind: DecisionKind | None) -> None:
    decision = parse("Go on?", None, YES_OR_NO).rows[0].reply(text)
    assert (None if decision is None else decision.kind) == kind


def test_no_word_stands_for_an_answer_that_is_no_word() -> None:
    shape = Object((Key("action", OneOf(("approve", "reject"), exhaustive=True), required=True),))
    assert parse("Go on?", None, shape).rows[0].reply("approve") is None
    assert parse("Go on?", None, Boolean()).rows[0].reply("true") is None


def test_the_line_that_an_answer_was_read_from_is_named_where_it_is_known() -> None:
    code = 'if answer == "yes":'
    assert parse("Go on?", None, replace(YES_OR_NO, evidence=code)).evidence == code
    located = replace(YES_OR_NO, evidence=code, where=SourceLocation("agent.py", 7))
    assert parse("Go on?", None, located).evidence == f"agent.py:7: {code}"


def test_what_stands_beside_the_request_is_shown() -> None:
    value = batch(ticket="T-1")
    value["review_configs"] = [{"action_name": "refund", "allowed_decisions": ["approve"], "risk": "high"}]

    assert labels(parse(value)) == ["amount", "risk", "ticket"]


def test_two_calls_of_one_tool_have_their_own_decisions() -> None:
    value: Json = {
        "action_requests": [{"name": "t", "args": {}}, {"name": "t", "args": {}}],
        "review_configs": [
            {"action_name": "t", "allowed_decisions": ["approve"]},
            {"action_name": "t", "allowed_decisions": ["reject"]},
        ],
    }

    assert [set(row.allowed) for row in parse(value).rows] == [{APPROVE}, {REJECT}]


def test_a_request_that_does_not_say_what_it_allows_cannot_be_answered_in_the_tools_name() -> None:
    value: Json = {"action_requests": [{"name": "t", "args": {}}]}

    assert parse(value).rows[0].allowed == {APPROVE, EDIT, REJECT}


def test_an_edit_cannot_name_another_tool() -> None:
    value = batch()
    forged = Decision(kind=EDIT, value={"name": "wire", "args": {"amount": 1}})

    answer: Any = resume_value(parse(value), [forged])
    assert answer["decisions"][0]["edited_action"]["name"] == "refund"


def test_long_or_deceptive_words_are_a_part_to_page_through() -> None:
    for words in ("x" * 501, "fine\u202eenif"):
        request = parse({"question": words})
        assert request.description is None
        assert request.rows[0].parts == (Part(label="question", value=words),)


@pytest.mark.parametrize("name", ["n" * 400, "pay\u202eyap", "a\nb"])
def test_a_title_is_one_short_line_and_no_name_is_lost(name: str) -> None:
    request = parse({"type": "tool_approval", "name": name, "args": {}})

    assert len(request.title) <= 150
    assert "\n" not in request.title
    assert "\u202e" not in request.title
    assert request.title == "Run a⟨U+000A⟩b?" or request.rows[0].parts == (Part(label="action", value=name),)


def test_exactly_one_text_beside_a_task_is_what_is_edited() -> None:
    assert parse({"task": "Pick", "colour": "red"}).dialect == "review_and_edit"
    assert parse({"task": "Edit", "draft": "one\ntwo", "id": 7}).dialect == "review_and_edit"
    assert parse({"task": "Edit", "a": "x" * 50, "b": "y" * 50}).dialect == "anything_else"


def test_a_schema_goes_before_a_question_and_after_a_tool_call() -> None:
    schema: Json = {"type": "boolean"}

    assert parse({"question": "?"}, schema).dialect == "response_schema"
    assert parse({"tool_call": {"name": "t", "args": {}}}, schema).dialect == "tool_call_review"


def test_an_answer_that_the_response_schema_forbids_is_refused_whatever_the_dialect() -> None:
    value: Json = {"tool_call": {"name": "t", "args": {"a": 1}}}
    schema: Json = {"type": "array", "prefixItems": [{"enum": ["continue"]}]}
    request = parse(value, schema)

    assert resume_value(request, [Decision(kind=APPROVE)]) == ["continue", None]
    with pytest.raises(InvalidDecision):
        resume_value(request, [Decision(kind=EDIT, value={"a": 2})])


def test_a_refusal_of_the_whole_answer_points_into_the_row_that_caused_it() -> None:
    args: Json = {"type": "object", "properties": {"amount": {"maximum": 10}}}
    item: Json = {"type": "object", "properties": {"edited_action": {"properties": {"args": args}}}}
    schema: Json = {"type": "object", "properties": {"decisions": {"items": item}}}
    action: Json = {"name": "t", "args": {"amount": 1}}
    value: Json = {"action_requests": [action, action]}

    edits = [Decision(kind=EDIT, value={"amount": amount}) for amount in (10, 11)]

    with pytest.raises(InvalidDecision) as refusal:
        resume_value(parse(value, schema), edits)
    assert (refusal.value.row, refusal.value.errors) == (1, {"/amount": "This should be at most 10."})


def test_a_decision_without_a_button_cannot_be_made() -> None:
    with pytest.raises(FormValidationError):
        parse(batch()).rows[0].decide(RESPOND, {"/message": "done"})


def test_a_reason_that_the_graph_does_not_take_says_so() -> None:
    row = parse({"question": "Ship?", "version": 2}).rows[0]
    decision = row.decide(REJECT, {"/message": "too early"})

    assert decision.message == "too early"
    assert "isn't told" in (row.forms[REJECT].fields[0].hint or "")


def test_words_that_have_to_be_there_are_asked_for() -> None:
    row = parse({"tool_call": {"name": "t", "args": {}}}).rows[0]

    with pytest.raises(FormValidationError) as refusal:
        row.decide(RESPOND, {"/message": None})
    assert refusal.value.errors == {"/message": "Please fill this in."}
    assert row.decide(REJECT, {"/message": None}) == Decision(kind=REJECT)


def test_arguments_that_are_no_object_are_edited_as_what_they_are() -> None:
    value: Json = {"tool_call": {"name": "t", "args": "SELECT 1"}}
    row = parse(value).rows[0]

    decision = row.decide(EDIT, {"/": "SELECT 2"})
    assert resume_value(parse(value), [decision]) == ["update", "SELECT 2"]


@pytest.mark.parametrize(
    ("payload", "action", "args"),
    [
        ({"action": "pay", "args": {"amount": 5}, "why": "?"}, "pay", {"amount": 5}),
        ({"action": "pay", "amount": 5}, "pay", {"action": "pay", "amount": 5}),
        ({"title": "Pay?", "args": {"amount": 5}}, None, {"title": "Pay?", "args": {"amount": 5}}),
    ],
)
def test_what_policies_match_of_the_shape_of_our_own(payload: Json, action: str | None, args: Json) -> None:
    """An action that names a tool, with its arguments; else the payload."""
    (row,) = parse(payload).rows

    assert (row.action, row.args) == (action, args)


CALL: dict[str, Json] = {"name": "pay", "args": {"risk": "low", "to": "Bo"}}
INBOX: dict[str, Json] = {
    "action_request": {"action": "pay", "args": {"to": "Bo"}},
    "config": {"allow_accept": True},
}


@pytest.mark.parametrize(
    ("payload", "risk"),
    [
        ({"type": "tool_approval", **CALL}, None),
        ({"type": "tool_approval", **CALL, "risk": "high"}, Risk.HIGH),
        ({"type": "tool_approval", **CALL, "config": {"risk": "Medium"}}, Risk.MEDIUM),
        ({"type": "tool_approval", **CALL, "risk": "enormous"}, None),
        ({"action_requests": [CALL], "review_configs": []}, None),
        ({"action_requests": [{**CALL, "risk": "high"}], "review_configs": []}, Risk.HIGH),
        (
            {
                "action_requests": [{**CALL, "risk": "low"}, CALL],
                "review_configs": [
                    {"action_name": "pay", "allowed_decisions": ["approve"], "risk": "medium"}
                ],
            },
            Risk.MEDIUM,
        ),
        ({"action_requests": [CALL, CALL], "review_configs": [], "risk": "high"}, Risk.HIGH),
        ({**INBOX, "risk": "high"}, Risk.HIGH),
        ([INBOX, {**INBOX, "config": {"allow_accept": True, "risk": "medium"}}], Risk.MEDIUM),
    ],
)
def test_a_tool_approval_states_its_risk_beside_the_arguments(payload: Json, risk: Risk | None) -> None:
    """The highest of several; an argument of that name says nothing of the request."""
    assert parse(payload).risk == risk


def test_the_reason_and_risk_of_a_tool_approval_are_not_among_its_values() -> None:
    request = parse({"type": "tool_approval", **CALL, "risk": "high", "why": "It is due."})

    assert request.why == "It is due."
    assert [part.label for part in request.rows[0].parts if part.role is None] == ["risk", "to"]
