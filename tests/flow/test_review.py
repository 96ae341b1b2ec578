"""An approval with its parsed question: how it is shown, what it confirms, and one person's reading of it."""

from dataclasses import replace

import pytest

from countersign.approvals.json import Json
from countersign.flow.review import Review
from countersign.i18n import reader_language, workspace_language
from countersign.interrupts import PayloadFormat
from tests.approvals.policy.policies import a_rule
from tests.approvals.test_record import an_approval

CALL: Json = {"type": "tool_approval", "name": "pay", "args": {"iban": "DE02", "amount": 5}}
QUESTION: Json = {"question": "Which branch?"}
RISKY: Json = {"question": "Pay?", "risk": "high"}


def review(value: Json = CALL, rule: str = "") -> Review:
    return Review(an_approval(a_rule(rule), value=value))


@pytest.mark.parametrize(
    ("value", "rule", "confirms"),
    [
        (CALL, "", False),
        (CALL, 'confirm = "Really?"', True),
        (QUESTION, "", False),
        (RISKY, "", True),
    ],
)
def test_what_a_rule_or_a_high_risk_makes_ask_a_second_question(
    value: Json, rule: str, confirms: bool
) -> None:
    assert review(value, rule).confirms_approval(0) is confirms


@pytest.mark.parametrize("rule", ['summary = "Which one?"', 'summary = "Pay {amount}"'])
def test_a_payload_whose_card_has_a_summary_is_not_all_on_the_card(rule: str) -> None:
    asked = review(CALL, rule) if "amount" in rule else review(QUESTION, rule)
    assert not asked.format.is_shown
    assert asked.format.note == review(asked.approval.value).format.note


def test_a_payload_is_on_its_card_unless_something_stands_in_for_it() -> None:
    assert review(QUESTION).format.is_shown
    assert review(QUESTION, 'summary = "Pay {amount}"').format.is_shown, "it has no amount to name"


def test_nothing_is_said_of_the_format_of_a_payload_that_a_rule_redacts() -> None:
    assert review(CALL).format.note
    assert review(CALL, 'redact = ["/iban"]').format == PayloadFormat()


def test_one_person_reads_it_in_their_language_and_what_was_made_of_it_stays_as_it_is() -> None:
    two: Json = {
        "action_requests": [{"name": "pay", "args": {}}] * 2,
        "review_configs": [{"action_name": "pay", "allowed_decisions": ["approve"]}],
    }
    with workspace_language("en"):
        everyone = Review(an_approval(rows=2, value=two))
        assert everyone.shown.title == "2 actions wait for approval"
        assert everyone.for_reader() is everyone
        with reader_language("ko"):
            read = everyone.for_reader()
            assert read.shown.title != everyone.shown.title
            assert read.request.title == read.unrestricted_request.title == read.shown.title
        assert everyone.shown.title == "2 actions wait for approval"


async def test_what_was_parsed_stays_with_the_question_when_its_approval_changes() -> None:
    asked = await review().parsed()
    assert await asked.parsed() is asked
    changed = asked.with_approval(replace(asked.approval, version=7))
    assert changed.approval.version == 7
    assert changed.shown is asked.shown
    governed = asked.with_rules(replace(asked.approval, rules=(a_rule('decisions = ["reject"]'),)))
    assert governed.unrestricted_request is asked.unrestricted_request
    assert governed.request.rows[0].allowed < asked.request.rows[0].allowed
