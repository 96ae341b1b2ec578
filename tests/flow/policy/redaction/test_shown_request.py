"""What the rules of its rows make of a review request, value by value: shown, and in its forms."""

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.flow.policy.redaction.redacted_pointers import (
    in_arguments,
    in_edited_value,
    redacted_edit,
    redacted_values,
    with_shown_answers,
)
from countersign.flow.policy.redaction.redacted_request import shown_request, without_redacted_fields
from countersign.interrupts import UNSET, Form, ReviewRequest, parse
from tests.approvals.policy.policies import a_rule, vote
from tests.approvals.test_record import an_approval

SECRET = "DE02 1203 0000"
EDIT, RESPOND = DecisionKind.EDIT, DecisionKind.RESPOND
NOTHING = Rule(name="r")


def call(**args: Json) -> Json:
    return {"type": "tool_approval", "name": "pay", "args": args}


def calls(*each: dict[str, Json]) -> Json:
    return {"action_requests": [{"name": "pay", "args": args} for args in each]}


def state(**fields: Json) -> Json:
    schema: Json = {"type": "object", "properties": {name: {} for name in fields}}
    return {"countersign_breakpoint": [{"before": ["pay"], "after": [], "state": fields, "schema": schema}]}


def redacting(*pointers: str, **keys: Any) -> Rule:
    return Rule(name="r", redact=pointers, **keys)


def form(request: ReviewRequest, kind: DecisionKind) -> Form:
    return request.rows[0].forms[kind]


def title_under(summary: str, **args: Json) -> str:
    return shown_request(parse(call(**args)), (a_rule(f'summary = "{summary}"'),)).title


# --- titles


def test_the_summary_of_the_only_row_is_the_title() -> None:
    assert title_under("Pay {amount}", amount=5) == "Pay 5"


def test_a_summary_whose_argument_is_missing_leaves_the_title() -> None:
    asked = parse(call(amount=5))
    assert title_under("Pay {more}", amount=5) == asked.title


@pytest.mark.parametrize(
    ("length", "title"), [(150, "x" * 150), (151, "x" * 149 + "…"), (200, "x" * 149 + "…")]
)
def test_a_long_summary_is_cut_at_what_a_title_takes(length: int, title: str) -> None:
    assert title_under("x" * length, amount=5) == title


def test_a_summary_shows_nothing_that_is_redacted_in_its_place_or_in_another() -> None:
    rule = a_rule('summary = "Pay {iban} for {note}"\nredact = ["/iban"]')
    asked = parse(call(iban=SECRET, note=f"to {SECRET}"))
    assert shown_request(asked, (rule,)).title == "Pay Redacted for to Redacted"


def test_of_several_rows_each_has_its_summary_above_its_own_words() -> None:
    value: Json = {
        "action_requests": [
            {"name": "pay", "args": {"amount": 1}, "description": "the first"},
            {"name": "pay", "args": {"amount": 2}},
            {"name": "pay", "args": {}},
        ]
    }
    asked = parse(value)
    shown = shown_request(asked, (a_rule('summary = "Pay {amount}"'),) * 3)
    assert shown.title == asked.title
    assert [row.description for row in shown.rows] == ["Pay 1\nthe first", "Pay 2", None]


def test_the_only_rows_summary_is_not_said_twice() -> None:
    asked = parse({"action_requests": [{"name": "pay", "args": {"amount": 1}, "description": "the first"}]})
    (row,) = shown_request(asked, (a_rule('summary = "Pay {amount}"'),)).rows
    assert row.description is None


def test_without_such_rules_the_request_stays_as_it_is() -> None:
    asked = parse(call(amount=5))
    assert shown_request(asked, (NOTHING,)) is asked
    assert without_redacted_fields(asked, (NOTHING,)) is asked


# --- what is shown


def test_texts_about_the_request_show_nothing_of_it() -> None:
    value: Json = {
        "title": f"Pay {SECRET}?",
        "summary": f"to {SECRET}",
        "why": f"{SECRET} is due",
        "iban": SECRET,
        "details": {"account": SECRET, "amount": 5},
    }
    shown = shown_request(parse(value), (redacting("/iban"),))
    assert (shown.title, shown.summary, shown.why) == ("Pay Redacted?", "to Redacted", "Redacted is due")
    assert shown.details == {"account": "Redacted", "amount": 5}


def test_what_was_not_said_is_not_made_up() -> None:
    shown = shown_request(parse(call(iban=SECRET)), (redacting("/iban"),))
    assert (shown.description, shown.summary, shown.why) == (None, None, None)


def test_a_pointer_into_the_details_hides_what_is_no_text() -> None:
    value: Json = {"title": "Pay?", "details": {"amount": None, "more": {"of": True}, "rest": 1}}
    shown = shown_request(parse(value), (redacting("/details/amount", "/details/more"),))
    assert shown.details == {"amount": "Redacted", "more": "Redacted", "rest": 1}


def test_the_details_are_gone_where_they_are_redacted_as_a_whole() -> None:
    value: Json = {"title": "Pay?", "details": {"amount": 5}}
    assert shown_request(parse(value), (redacting("/details"),)).details == {}


def test_a_row_whose_arguments_are_all_redacted_has_none() -> None:
    (row,) = shown_request(parse(call(iban=SECRET, amount=5)), (redacting("/"),)).rows
    assert row.args == {}
    assert {part.value for part in row.parts} == {"Redacted"}


def test_a_part_that_is_an_argument_is_redacted_and_one_of_the_same_name_is_not() -> None:
    value: Json = {"type": "tool_approval", "name": "pay", "args": {"kind": "x1"}, "extra": "y1"}
    asked = parse(value)
    (row,) = shown_request(asked, (redacting("/kind"),)).rows
    shown = {part.label: part.value for part in row.parts}
    assert shown["kind"] == "Redacted"
    assert [part.label for part in row.parts] == [part.label for part in asked.rows[0].parts]


def test_one_row_shows_nothing_that_another_redacts() -> None:
    asked = parse(calls({"iban": SECRET}, {"note": f"as {SECRET}"}))
    shown = shown_request(asked, (redacting("/iban"), NOTHING))
    assert [row.args for row in shown.rows] == [{"iban": "Redacted"}, {"note": "as Redacted"}]


def test_the_fields_of_a_state_are_redacted_by_either_pointer() -> None:
    for pointer in ("/iban", "/state/iban"):
        (row,) = shown_request(parse(state(iban=SECRET, amount=5)), (redacting(pointer),)).rows
        parts = {part.label: part.value for part in row.parts}
        assert (parts["iban"], parts["amount"]) == ("Redacted", 5)


# --- forms


def test_an_edit_keeps_the_fields_that_show_nothing_of_it() -> None:
    asked = parse(call(iban=SECRET, amount=5, note=f"to {SECRET}"))
    kept = without_redacted_fields(asked, (redacting("/iban"),))
    assert [field.pointer for field in form(kept, EDIT).fields] == ["/amount"]
    assert EDIT in kept.rows[0].answers


def test_an_edit_without_a_field_is_not_possible_and_the_other_decisions_are() -> None:
    asked = parse(call(iban=SECRET))
    kept = without_redacted_fields(asked, (redacting("/iban"),))
    assert EDIT not in kept.rows[0].forms
    assert kept.rows[0].allowed == asked.rows[0].allowed - {EDIT}


def test_a_row_that_takes_no_edit_stays_without_one() -> None:
    asked = parse({"question": "Pay?", "iban": SECRET})
    kept = without_redacted_fields(asked, (redacting("/iban"),))
    assert kept.rows[0].allowed == asked.rows[0].allowed
    assert EDIT not in kept.rows[0].forms


def test_an_answer_is_typed_anew_where_its_form_would_show_it() -> None:
    schema: Json = {
        "type": "object",
        "properties": {"iban": {"type": "string"}, "amount": {"type": "integer"}},
    }
    asked = parse({"iban": SECRET, "amount": 5}, schema)

    def initial(request: ReviewRequest, kind: DecisionKind) -> dict[str, Any]:
        return {field.pointer: field.initial for field in form(request, kind).fields}

    kept = without_redacted_fields(asked, (redacting("/iban"),))
    assert initial(kept, RESPOND) == {"/iban": UNSET, "/amount": 5}
    assert initial(kept, EDIT) == {"/amount": 5}
    assert form(kept, RESPOND).base is UNSET

    same = without_redacted_fields(asked, (redacting("/elsewhere"),))
    assert initial(same, RESPOND) == initial(asked, RESPOND) == {"/iban": SECRET, "/amount": 5}
    assert form(same, RESPOND).base == {"iban": SECRET, "amount": 5}


@pytest.mark.parametrize(
    ("pointer", "fields"),
    [
        ("/to/iban", ["/amount"]),
        ("/to", ["/amount"]),
        ("/t", ["/to/iban", "/to/name", "/amount"]),
        ("/toll", ["/to/iban", "/to/name", "/amount"]),
    ],
)
def test_only_fields_at_or_around_a_redacted_place_are_left_out(pointer: str, fields: list[str]) -> None:
    asked = parse(call(to={"iban": "x1", "name": "Ann"}, amount=5))
    kept = without_redacted_fields(asked, (redacting(pointer),))
    found = [field.pointer for field in form(kept, EDIT).fields]
    assert [each for each in found if not each.startswith("/to")] == ["/amount"]
    assert any(each.startswith("/to") for each in found) is (len(fields) > 1 or pointer == "/to/iban")


# --- places


def test_without_a_state_the_pointers_are_those_of_the_rule() -> None:
    (row,) = parse(call(iban=SECRET)).rows
    rule = redacting("/iban", "/")
    assert in_arguments(row, rule) == in_edited_value(row, rule) == ("/iban", "/")


def test_in_a_state_a_pointer_leads_from_both_roots() -> None:
    (row,) = parse(state(iban=SECRET)).rows
    assert in_arguments(row, redacting("/iban")) == ("/iban", "/state/iban")
    assert in_edited_value(row, redacting("/state/iban")) == ("/state/iban", "/iban")
    assert in_arguments(row, redacting("/")) == ("/",)
    assert in_edited_value(row, redacting("/state")) == ("/state", "/")


def test_what_an_edit_came_to_is_kept_without_what_is_redacted() -> None:
    asked = parse(call(iban=SECRET, note="x"))
    edited: Json = {"iban": "new 4711", "note": f"was {SECRET}"}
    assert redacted_edit(asked, (redacting("/iban"),), 0, edited) == {
        "iban": "Redacted",
        "note": "was Redacted",
    }
    assert redacted_edit(asked, (), 0, edited) == edited


def test_values_are_those_of_the_rows_whose_rules_redact() -> None:
    asked = parse(calls({"iban": SECRET}, {"iban": "DE99 0000"}))
    assert redacted_values(asked, (redacting("/iban"), NOTHING)).values == {SECRET}
    assert redacted_values(asked, (NOTHING, NOTHING)).values == frozenset()


def test_answers_are_shown_without_it_and_reasons_for_an_edit_stay() -> None:
    asked = parse(call(iban=SECRET))
    approval = an_approval(redacting("/iban"), value=call(iban=SECRET))
    answered = approval.with_votes({0: vote("UBOB", RESPOND, value=f"use {SECRET}")})
    (shown,) = with_shown_answers(answered, asked).votes
    assert shown is not None
    assert shown.decision.value == "use Redacted"

    edited = approval.with_votes({0: vote("UBOB", EDIT, value={"iban": SECRET})})
    assert with_shown_answers(edited, asked).votes == edited.votes
    assert with_shown_answers(approval, asked).votes == (None,)


def test_an_answer_that_was_proposed_is_shown_without_it_too() -> None:
    asked = parse(call(iban=SECRET))
    proposed = vote("UBOB", RESPOND, value=f"use {SECRET}")
    rows = (RowVotes(votes=(proposed,), proposal=proposed), RowVotes(votes=(vote("UBOB"),)))
    approval = an_approval(redacting("/iban"), value=call(iban=SECRET))
    first, second = with_shown_answers(replace(approval, row_votes=rows), asked).row_votes
    assert first.proposal is not None
    assert first.proposal.decision.value == "use Redacted"
    assert first.votes == (first.proposal,)
    assert second.proposal is None
