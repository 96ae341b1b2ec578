"""Two rules compared, key by key: whether what was approved under one would be under the other."""

from dataclasses import fields

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.strictness import (
    COMPARED,
    COMPARED_APART,
    NOT_COMPARED,
    asks_for_as_much,
)
from tests.approvals.policy.policies import a_rule

EDIT = Decision(kind=DecisionKind.EDIT, value={"amount": 2})
HOURS = 'hours = {days = "Mon-Fri", from = "09:00", to = "17:00", zone = "Europe/Berlin"}'
ESCALATES = 'escalate_to = [{group = "@leads"}]'

# What is looser in a key, and what is stricter there.
PAIRS = [
    ("", 'approvers = [{group = "@finance"}]'),
    ('approvers = [{group = "@finance"}]', 'approvers = [{group = "@finance", count = 2}]'),
    ("", "quorum = 2"),
    ("rejections = 2\nquorum = 2", "rejections = 1\nquorum = 2"),
    ("", "requester_may_decide = false"),
    ("", 'reason = "reject"'),
    ('reason = "reject"', 'reason = "always"'),
    ("", "replies = false"),
    ("", 'confirm = "Really?"'),
    ("", 'freeze = "f.ics"'),
    ('freeze = "f.ics"\nbreak_glass = [{group = "@leads"}]', 'freeze = "f.ics"'),
    ("", 'undo = "30s"'),
    ('undo = "30s"', 'undo = "60s"'),
    ("", 'valid_for = "1h"'),
    ('valid_for = "2h"', 'valid_for = "1h"'),
    ("", 'redact = ["/iban"]'),
    ('redact = ["/customer/iban"]', 'redact = ["/customer"]'),
    ("", 'expire_after = "1h"'),
    ('expire_after = "2h"', 'expire_after = "1h"'),
    ('expire_after = "1h"\non_expiry = "keep"', 'expire_after = "1h"'),
    ('expire_after = "1h"\non_expiry = "approve"', 'expire_after = "1h"'),
    (f'expire_after = "1h"\n{HOURS}', 'expire_after = "1h"'),
    (f'escalate_after = "1h"\n{ESCALATES}', ""),
    (f'escalate_after = "1h"\n{ESCALATES}', f'escalate_after = "2h"\n{ESCALATES}'),
    (f'escalate_after = "1h"\n{ESCALATES}', f'escalate_after = "1h"\n{HOURS}\n{ESCALATES}'),
    ("", 'decisions = ["approve", "reject"]'),
    ("", 'auto = "reject"'),
]


def rule(text: str) -> Rule:
    return a_rule(text, f="BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//t//EN\nEND:VCALENDAR\n")


@pytest.mark.parametrize(("looser", "stricter"), PAIRS)
def test_an_edit_may_leave_the_stricter_of_two_rules_and_not_the_looser(looser: str, stricter: str) -> None:
    assert not asks_for_as_much(rule(looser), rule(stricter), EDIT)
    if "decisions" not in stricter and "auto" not in stricter:
        assert asks_for_as_much(rule(stricter), rule(looser), EDIT)


@pytest.mark.parametrize("text", sorted({text for pair in PAIRS for text in pair if "decisions" not in text}))
def test_a_rule_asks_for_as_much_as_itself(text: str) -> None:
    assert asks_for_as_much(rule(text), rule(text), EDIT) == ("auto" not in text)


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ('approvers = [{group = "@finance"}]', 'approvers = [{group = "@security"}]'),
        ('confirm = "Really?"', 'confirm = "Did you call them?"'),
        (f'expire_after = "1h"\n{HOURS}', f'expire_after = "1h"\n{HOURS.replace("17", "18")}'),
        ('redact = ["/iban"]', 'redact = ["/ib"]'),
        (
            f'escalate_after = "1h"\n{ESCALATES}',
            f'escalate_after = "1h"\n{ESCALATES.replace("leads", "ops")}',
        ),
    ],
)
def test_what_cannot_be_compared_is_not_as_much(one: str, another: str) -> None:
    assert not asks_for_as_much(rule(one), rule(another), EDIT)
    assert not asks_for_as_much(rule(another), rule(one), EDIT)


def test_an_answer_before_it_expires_counts_where_expiry_leaves_it_open() -> None:
    """Neither limits in time what people may approve."""
    assert asks_for_as_much(rule(""), rule('expire_after = "1h"\non_expiry = "keep"'), EDIT)


def test_every_key_of_a_rule_is_compared_or_said_not_to_be() -> None:
    kinds = [set(COMPARED), COMPARED_APART, NOT_COMPARED]
    assert sorted(name for kind in kinds for name in kind) == sorted(each.name for each in fields(Rule))
