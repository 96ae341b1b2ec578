"""Which rule an action comes under, held against a matcher that is written out."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.matching import Channel, Requester, RuleIndex, compare
from countersign.approvals.policy.rule import NO_RULE, OnExpiry, Rule, Selector
from tests.approvals.policy.policies import a_policy, a_rule, an_action

FALLBACK = Rule(name=NO_RULE)
globs = st.sampled_from(["refund", "re*", "*und", "r?fund", "[rs]efund", "*", "send", "s*"])
actions = st.sampled_from(["refund", "refunds", "send", "sefund", "r*"])


@given(st.lists(st.lists(globs, max_size=2), max_size=6), actions, st.lists(st.booleans(), max_size=6))
def test_the_first_rule_that_matches(rules: list[list[str]], action: str, big: list[bool]) -> None:
    made = [
        Rule(
            name=f"r{at}",
            selector=Selector(
                action=tuple(patterns), when="args.amount > 10" if at < len(big) and big[at] else None
            ),
        )
        for at, patterns in enumerate(rules)
    ]
    index = RuleIndex(made, FALLBACK)
    for amount in (5, 50):
        found = index.first_match(an_action(action, {"amount": amount}))
        expected = next(
            (
                rule.name
                for rule in made
                if (
                    not rule.selector.action
                    or any(fnmatch.fnmatchcase(action, glob) for glob in rule.selector.action)
                )
                and (rule.selector.when is None or amount > 10)
            ),
            NO_RULE,
        )
        assert (found.rule.name, found.condition_error) == (expected, None)


@pytest.mark.parametrize(
    ("keys", "differs"),
    [
        ("", None),
        ('graph = "agent"\naction = "refund"\nchannel = "#ops"\nrequester = "UREQ"', None),
        ('graph = "other"', "graph"),
        ('action = "Refund"', "action"),
        ('channel = "#dev"', "channel"),
        ('channel = "C0OPS"', None),
        ('channel = ["#dev", "#o*"]', None),
        ('requester = "@sales"', None),
        ('requester = "S0SALES"', None),
        ('requester = ["@finance", "UBOB"]', "requester"),
        ('when = "args.amount > 10"', "when"),
        ("when = \"args.amount < 10 && '@sales' in requester.groups\"", None),
    ],
)
def test_every_key_that_is_given_must_match(keys: str, differs: str | None) -> None:
    requester = Requester(id="UREQ", groups=frozenset({"@sales", "S0SALES"}))
    assert compare(a_rule(keys), an_action(args={"amount": 5}, requester=requester)).differs == differs


def test_a_direct_message_has_no_name_and_is_matched_by_its_id() -> None:
    direct = an_action(channel=Channel(id="D0123"))
    assert compare(a_rule('channel = "D*"'), direct).matches
    assert not compare(a_rule('channel = "#*"'), direct).matches


def test_a_run_that_nobody_asked_for_is_matched_by_any_requester_and_by_no_other_glob() -> None:
    scheduled = an_action(requester=None)
    assert compare(a_rule('requester = "*"'), scheduled).matches
    assert not compare(a_rule('requester = "U*"'), scheduled).matches
    assert compare(a_rule("when = \"requester.id == '' && requester.groups == []\""), scheduled).matches


def test_an_error_in_a_condition_makes_the_rule_match_and_is_reported() -> None:
    policy = a_policy(
        '[[rule]]\nname = "small"\nwhen = "args.amount < 100"\n[[rule]]\nname = "all"\nquorum = 2\n'
    )
    match = policy.rule_for(an_action(args={"amount": "ninety"}))
    assert match.rule.name == "small"
    assert match.condition_error is not None
    assert "No matching overloads" in match.condition_error


def test_a_rule_that_matched_by_an_error_never_approves_by_itself() -> None:
    policy = a_policy(
        '[[rule]]\nname = "small"\nwhen = "args.amount < 100"\nauto = "approve"\ngrant = {for = "1h"}\n'
        'expire_after = "1h"\non_expiry = "approve"\n'
    )
    sure = policy.rule_for(an_action(args={"amount": 5})).rule
    assert (sure.auto, sure.grant is not None, sure.timers.on_expiry) == (
        DecisionKind.APPROVE,
        True,
        OnExpiry.APPROVE,
    )
    unsure = policy.rule_for(an_action(args={})).rule
    assert (unsure.auto, unsure.grant, unsure.timers.on_expiry) == (None, None, OnExpiry.REJECT)


def test_without_a_rule_the_defaults_hold() -> None:
    policy = a_policy('[defaults]\nquorum = 2\n[[rule]]\nname = "a"\naction = "send"\n')
    match = policy.rule_for(an_action("refund"))
    assert (match.rule.name, match.rule.quorum) == (NO_RULE, 2)


def test_what_is_cached_for_one_action_is_not_used_for_another() -> None:
    policy = a_policy(
        '[[rule]]\nname = "mine"\nrequester = "UREQ"\nwhen = "args.amount > 10"\n'
        '[[rule]]\nname = "ops"\nchannel = "#ops"\n[[rule]]\nname = "all"\n'
    )
    big, small = {"amount": 50}, {"amount": 5}
    elsewhere = Channel(id="C0DEV", name="dev")
    for _ in range(2):
        assert policy.rule_for(an_action(args=big)).rule.name == "mine"
        assert policy.rule_for(an_action(args=small)).rule.name == "ops"
        assert policy.rule_for(an_action(args=big, requester=Requester(id="UBOB"))).rule.name == "ops"
        assert policy.rule_for(an_action(args=small, channel=elsewhere)).rule.name == "all"


CONDITIONS = [
    "args.amount > 10",
    "args.amount > 10 // large",
    "args.missing == 1",  # cannot be evaluated
    "args.amount",  # is neither true nor false
    "has(args.missing) && args.missing > 1",
    "args.amount < 0 || args.amount > 1000",
    "[1, 2].exists(x, x == args.amount)",
    "requester.id == 'UBOB'",
    "false",
]


@given(
    st.lists(st.tuples(st.sampled_from(["", "refund", "send"]), st.sampled_from(CONDITIONS)), max_size=40),
    st.sampled_from([0, 1, 50, "ten", None]),
)
def test_conditions_that_are_evaluated_together_match_as_each_does(
    keys: list[tuple[str, str]], amount: int | str | None
) -> None:
    rules = [
        Rule(name=f"r{at}", selector=Selector(action=(action,) if action else (), when=when))
        for at, (action, when) in enumerate(keys)
    ]
    action = an_action("refund", {"amount": amount})
    found = RuleIndex(rules, FALLBACK).first_match(action)
    one_by_one = [compare(rule, action) for rule in rules]
    expected = next((each for each in one_by_one if each.matches), None)
    assert found.rule.name == (NO_RULE if expected is None else expected.rule.name)
    assert found.condition_error == (None if expected is None else expected.condition_error)
