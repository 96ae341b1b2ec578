"""What a rule redacts is in nothing that a card or a form is made of, wherever else it is quoted."""

from datetime import UTC, datetime

import pytest

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.rule import Rule
from countersign.approvals.votes.vote import Vote
from countersign.flow.policy.redaction.redacted_pointers import redacted_edit, redacted_values
from countersign.flow.review import Review
from countersign.i18n import workspace_language
from countersign.interrupts import digest, parse
from countersign.slack.cards.open_card import render_card

SECRET = "DE02 1203 0000"
PIN = 483920
EDIT = DecisionKind.EDIT
AT = datetime(2026, 11, 20, tzinfo=UTC)


def a_review(value: Json, *pointers: str) -> Review:
    rows = len(parse(value).rows)
    return Review(_approval(value, rows, tuple(Rule(name="r", redact=pointers) for _ in range(rows))))


def _approval(value: Json, rows: int, rules: tuple[Rule, ...]) -> Approval:
    return open_approval(
        thread_id="T0LOCAL001/C0GENERAL0/1.000001",
        interrupt_id="i",
        digest=digest(value),
        value=value,
        schema=None,
        rows=rows,
        at=AT,
        rules=rules,
    )


def call(**args: Json) -> Json:
    return {"type": "tool_approval", "name": "pay", "args": args}


def stops(*states: dict[str, Json]) -> Json:
    schema: Json = {"type": "object", "properties": {name: {} for state in states for name in state}}
    return {
        "countersign_breakpoint": [
            {"before": ["pay"], "after": [], "state": state, "schema": schema} for state in states
        ]
    }


def edited(review: Review) -> list[str]:
    """The fields that an edit offers."""
    form = review.request.rows[0].forms.get(EDIT)
    return [field.pointer for field in form.fields] if form is not None else []


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (call(iban=SECRET, note=f"to {SECRET}"), "/iban"),
        (call(iban=SECRET, limits={SECRET: 5}), "/iban"),
        (call(iban=SECRET, more=[{"to": [SECRET]}]), "/iban"),
        (call(pin=PIN, check=PIN), "/pin"),
        (call(pin=PIN, check={"of": [PIN, float(PIN)]}), "/pin"),
        ({"question": "Pay?", "pin": PIN, "details": {"pin": PIN}}, "/pin"),
        ({"title": "Pay?", "details": {"iban": SECRET}}, "/details/iban"),
        ({"title": "Pay?", "details": {"pin": PIN}}, "/details/pin"),
        ({"title": "Pay?", "iban": SECRET, "options": [f"Pay {SECRET}", "No"]}, "/iban"),
        (stops({"iban": SECRET, "pin": 1}), "/state/iban"),
        (stops({"iban": SECRET, "pin": 1}), "/iban"),
        (stops({"pin": PIN, "of": {"pin": PIN}}), "/state/pin"),
        (stops({"pin": PIN}, {"pin": PIN}), "/state/pin"),
        (stops({"iban": SECRET}, {"note": f"to {SECRET}"}), "/iban"),
        (stops({"state": {"iban": SECRET}}), "/state/iban"),
    ],
)
def test_no_card_shows_what_is_redacted(value: Json, pointer: str) -> None:
    card = render_card(a_review(value, pointer))
    shown = f"{card.text} {card.blocks}"
    assert SECRET not in shown
    assert str(PIN) not in shown
    assert "Redacted" in shown


@pytest.mark.parametrize(
    ("value", "pointer", "fields"),
    [
        (call(iban=SECRET, note=f"to {SECRET}", amount=3), "/iban", ["/amount"]),
        (call(pin=PIN, check=PIN, amount=3), "/pin", ["/amount"]),
        (stops({"iban": SECRET, "amount": 3}), "/state/iban", ["/amount"]),
        (stops({"iban": SECRET, "amount": 3}), "/iban", ["/amount"]),
        (stops({"iban": SECRET, "amount": 3}), "/state", []),
        (stops({"iban": SECRET, "amount": 3}), "/", []),
    ],
)
def test_an_edit_has_no_field_for_what_is_redacted(value: Json, pointer: str, fields: list[str]) -> None:
    review = a_review(value, pointer)
    assert edited(review) == fields
    assert (EDIT in review.request.rows[0].allowed) == bool(fields)


def test_keys_that_become_the_same_are_all_shown() -> None:
    shown = a_review(call(ibans=["DE02 1", "DE02 2"], limits={"DE02 1": 5, "DE02 2": 6}), "/ibans").shown
    assert shown.rows[0].args["limits"] == {"Redacted": 5, "Redacted 2": 6}


def test_a_closed_card_does_not_show_the_option_that_quotes_it() -> None:
    review = a_review({"title": "Pay?", "iban": SECRET, "options": [f"Pay {SECRET}", "No"]}, "/iban")
    chosen = review.request.rows[0].choose(0)
    bob = Person(id="UBOB", name="bob", standing=Standing.MEMBER)
    decided = review.approval.with_votes({0: Vote(decision=chosen, by=bob, at=AT)})
    assert decided.status is Status.DECIDED
    card = render_card(review.with_approval(decided))
    assert SECRET not in f"{card.text} {card.blocks}"
    assert "Pay Redacted" in str(card.blocks)
    assert decided.votes[0] is not None
    assert decided.votes[0].decision.value == f"Pay {SECRET}"


def test_without_a_policy_nothing_is_redacted() -> None:
    value = call(iban=SECRET)
    review = Review(_approval(value, 1, ()))
    edit: Json = {"iban": f"{SECRET} 1"}
    assert redacted_values(review.unrestricted_request, ()).cleaned(edit) == edit
    assert redacted_edit(review.unrestricted_request, (), 0, edit) == edit
    assert review.shown_approval == review.approval
    assert SECRET in str(render_card(review).blocks)


def test_what_stands_for_a_value_is_in_the_language_of_the_card() -> None:
    with workspace_language("ko"):
        card = render_card(a_review(call(iban=SECRET), "/iban"))
    assert "비공개" in str(card.blocks)
    assert "Redacted" not in str(card.blocks)
