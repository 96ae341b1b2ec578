"""A rule as JSON and back: all of it, and the same whatever file it came from."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.approver_set import ApproverSet, Source, SourceKind
from countersign.approvals.policy.clock.working_hours import WorkingHours
from countersign.approvals.policy.rule import (
    GrantOffer,
    GrantScope,
    Notify,
    OnExpiry,
    ReasonRequired,
    Rule,
    Selector,
    Timers,
)
from countersign.approvals.policy.stored import (
    UnreadableRule,
    fingerprint,
    rule_as_written,
    rule_from_json,
    rule_to_json,
)
from tests.approvals.policy.policies import a_rule

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=10)
names = st.lists(texts, max_size=2).map(tuple)
durations = st.none() | st.timedeltas(timedelta(milliseconds=1), timedelta(days=3650))
sets = st.lists(
    st.builds(
        ApproverSet,
        source=st.builds(Source, kind=st.sampled_from(SourceKind), names=names),
        count=st.integers(1, 100),
    ),
    max_size=2,
).map(tuple)
rules = st.builds(
    Rule,
    name=texts,
    selector=st.builds(
        Selector, graph=names, action=names, channel=names, requester=names, when=st.none() | texts
    ),
    approvers=sets,
    quorum=st.integers(1, 100),
    rejections=st.integers(1, 100),
    requester_may_decide=st.booleans(),
    decisions=st.frozensets(st.sampled_from(DecisionKind)),
    reason=st.sampled_from(ReasonRequired),
    replies=st.booleans(),
    confirm=st.none() | texts,
    summary=st.none() | texts,
    post_to=texts,
    notify=st.sampled_from(Notify) | names,
    timers=st.builds(
        Timers,
        remind_after=durations,
        escalate_after=durations,
        escalate_to=sets,
        expire_after=durations,
        on_expiry=st.sampled_from(OnExpiry),
        expiry_response=st.none() | texts,
        request_expires_in=durations,
    ),
    hours=st.none()
    | st.builds(
        WorkingHours,
        days=st.frozensets(st.integers(0, 6)),
        opens=st.integers(0, 1439),
        closes=st.integers(1, 1440),
        zone=texts,
        holidays=names,
    ),
    freeze=st.none() | texts,
    break_glass=sets,
    grant=st.none()
    | st.builds(
        GrantOffer,
        lasts=st.timedeltas(timedelta(seconds=1), timedelta(days=100)),
        scope=st.sampled_from(GrantScope),
        max_uses=st.none() | st.integers(1, 1000),
    ),
    undo=durations,
    valid_for=durations,
    auto=st.none() | st.sampled_from([DecisionKind.APPROVE, DecisionKind.REJECT]),
    redact=names,
    line=st.none() | st.integers(1, 100),
)


@given(rules)
def test_it_comes_back_as_it_was(rule: Rule) -> None:
    stored = json.loads(json.dumps(rule_to_json(rule)))
    assert rule_from_json(stored) == rule
    assert fingerprint(rule_from_json(stored)) == fingerprint(rule)


@given(rules, rules)
def test_a_fingerprint_distinguishes_rules_and_not_their_lines(one: Rule, other: Rule) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (one == other)
    assert fingerprint(replace(one, line=7)) == fingerprint(one)


def test_every_field_is_written_out_so_that_later_defaults_change_nothing() -> None:
    written = rule_to_json(Rule(name="r"))
    assert written.keys() == set(Rule.__dataclass_fields__) - {"line"}
    assert written["timers"].keys() == set(Timers.__dataclass_fields__) - {"request_expires_in"}  # type: ignore[union-attr]


def test_the_ledger_has_what_a_rule_says_other_than_the_defaults() -> None:
    hours = 'hours = {days = "Mon-Tue", from = "9:00", to = "18:00", zone = "UTC"}'
    written = rule_as_written(a_rule(f'quorum = 2\ndecisions = ["reject", "approve"]\n{hours}'))
    assert written == {
        "name": "r",
        "quorum": 2,
        "decisions": ["approve", "reject"],
        "hours": {"days": [0, 1], "opens": 540, "closes": 1080, "zone": "UTC"},
    }
    assert rule_as_written(Rule(name="r", line=5)) == {"name": "r"}


def test_a_rule_that_cannot_be_read_says_how_much_of_it() -> None:
    with pytest.raises(UnreadableRule, match=r"\(2 fields do not fit\)$"):
        rule_from_json({"name": "r", "quorum": "many", "rejections": "few"})


@pytest.mark.parametrize("broken", [None, [], {}, {"name": "r", "quorum": "many"}, {"name": "r", "hours": 5}])
def test_a_rule_that_cannot_be_read_is_reported(broken: object) -> None:
    with pytest.raises(UnreadableRule, match="nobody may decide"):
        rule_from_json(broken)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "newer",
    [
        {"vetoes": 1},
        {"timers": {"on_expiry": "reject", "nap_after": "PT1H"}},
        {"approvers": [{"source": {"kind": "members"}, "count": 1, "vetoes": 1}]},
    ],
)
def test_a_rule_with_a_key_of_a_newer_version_is_not_read_as_less_than_it_says(
    newer: dict[str, object],
) -> None:
    stored = dict(rule_to_json(Rule(name="r")))
    assert rule_from_json(stored) == Rule(name="r")
    with pytest.raises(UnreadableRule):
        rule_from_json({**stored, **newer})  # type: ignore[dict-item]


def test_every_key_of_a_stored_rule_is_known_to_the_versions_before() -> None:
    """A key that comes later is written only where it says something: see the docstring of `stored`."""
    assert set(rule_to_json(Rule(name="r"))) == {
        "name", "selector", "approvers", "quorum", "rejections", "requester_may_decide", "decisions",
        "reason", "replies", "state_changes", "confirm", "summary", "post_to", "notify", "timers", "hours",
        "freeze", "break_glass", "grant", "undo", "valid_for", "auto", "redact",
    }  # fmt: skip
