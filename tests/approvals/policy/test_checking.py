"""`policy check`: what it finds, and that it never accuses a rule that is reached."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.checking.explain import describe
from countersign.approvals.policy.checking.lint import lint
from countersign.approvals.policy.checking.overlap import constant_value, shadowing
from countersign.approvals.policy.matching import compare
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.rule import Rule, Selector
from countersign.approvals.policy.voting.membership import Memberships
from tests.approvals.policy.policies import a_policy, a_rule, an_action


def findings(text: str, **facts: object) -> list[str]:
    return [each.what for each in lint(a_policy(text), **facts)]  # type: ignore[arg-type]


def rules(*selectors: str) -> str:
    return "".join(f'[[rule]]\nname = "r{at}"\n{keys}\n' for at, keys in enumerate(selectors))


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        (("", 'action = "refund"'), "rule “r1” is never reached: “r0” (line 1) matches first"),
        (('action = "re*"', 'action = "refund"'), "rule “r1” is never reached"),
        (('action = ["a", "re*"]', 'action = ["refunds*", "a"]'), "rule “r1” is never reached"),
        (('action = "a"', 'action = "a"'), "rule “r1” is a duplicate of “r0”"),
        (('when = "true"', ""), "rule “r1” is a duplicate of “r0”"),
        (('when = "true"', 'action = "a"'), "rule “r1” is never reached"),
        (('when = "args.a > 1"', 'when = "args.a > 1"\naction = "x"'), "rule “r1” is never reached"),
        (('when = "1 > 2"',), "rule “r0” can never match: its condition is always false"),
        (
            ('expire_after = "1h"\nremind_after = "2h"',),
            "rule “r0” remind_after never comes: it expires before",
        ),
        (
            ('grant = {for = "1h"}\nquorum = 2',),
            "rule “r0” offers a grant that nobody can give: it takes 2 people",
        ),
        (
            ('grant = {for = "1h"}\nreason = "always"',),
            "rule “r0” offers a grant that nobody can give: each approval needs a reason",
        ),
        (
            ('grant = {for = "1h"}\ndecisions = ["reject"]',),
            "rule “r0” offers a grant that nobody can give: the rule doesn't allow approving",
        ),
        (
            ('grant = {for = "1h"}\nauto = "approve"',),
            "rule “r0” offers a grant that nobody can give: the rule decides without asking",
        ),
    ],
)
def test_what_is_found(selectors: tuple[str, ...], expected: str) -> None:
    assert any(each.startswith(expected) for each in findings(rules(*selectors)))


def test_a_grant_of_the_defaults_is_not_held_against_a_rule_that_takes_two() -> None:
    text = '[defaults]\ngrant = {for = "1h"}\n[[rule]]\nname = "r"\nquorum = 2\n'
    assert findings(text) == []


@pytest.mark.parametrize(
    "selectors",
    [
        ('action = "refund"', ""),
        ('action = "re*"', 'action = "r*"'),
        ('action = "*und"', 'action = "*fund"'),
        ('when = "args.a > 1"', 'when = "args.a > 2"'),
        ('channel = "#ops"', 'channel = "C0OPS"'),
        ('requester = "@sales"', 'action = "refund"'),
        ('when = "1 > 2"\naction = "a"', 'action = "a"'),
    ],
)
def test_rules_that_are_reached_are_not_called_unreached(selectors: tuple[str, ...]) -> None:
    assert not [each for each in findings(rules(*selectors)) if "r1" in each]


globs = st.text(alphabet="ab*?", min_size=1, max_size=4)


@given(
    st.lists(st.tuples(st.lists(globs, max_size=2), st.lists(globs, max_size=2)), min_size=1, max_size=6),
    st.text(alphabet="ab", max_size=4),
    st.text(alphabet="ab", max_size=4),
)
def test_a_rule_that_is_called_unreached_is_matched_by_nothing_first(
    selectors: list[tuple[list[str], list[str]]], action: str, graph: str
) -> None:
    made = tuple(
        Rule(name=f"r{at}", selector=Selector(action=tuple(actions), graph=tuple(graphs)))
        for at, (actions, graphs) in enumerate(selectors)
    )
    reached = Policy(rules=made).rule_for(an_action(action, graph=graph)).rule
    assert reached.name not in shadowing(made)
    for name, earlier in shadowing(made).items():
        rule = next(each for each in made if each.name == name)
        if compare(rule, an_action(action, graph=graph)).matches:
            assert compare(earlier, an_action(action, graph=graph)).matches


def test_people_named_twice_cannot_fill_two_seats() -> None:
    text = rules('approvers = [{users = ["U1", "U2"], count = 2}, {users = ["U1", "U2", "U3"], count = 1}]')
    assert findings(text) == []
    impossible = rules(
        'approvers = [{users = ["U1", "U2"], count = 2}, {users = ["U1"]}, {channel = "#ops"}]'
    )
    assert findings(impossible) == [
        "rule “r0” can't be decided: the people the rule names: it has too few members who may decide (1)"
    ]


def test_groups_that_are_known_to_be_empty_are_found() -> None:
    text = rules('approvers = [{group = "@finance"}]')
    empty = Memberships(rosters={Source(kind=SourceKind.GROUP, names=("@finance",)): frozenset()})
    assert findings(text) == []
    assert findings(text, memberships=empty) == ["rule “r0” can't be decided: @finance: it has no members"]


def test_actions_that_no_rule_is_for_and_graphs_that_are_not_loaded() -> None:
    text = rules('graph = "agnt"\naction = "refund"', 'action = "send_*"')
    assert findings(text, graphs={"agent": ["refund", "send_mail"]}) == [
        "rule “r0” graph “agnt” is not loaded; did you mean “agent”?",
        "no rule is for the action “refund” of graph “agent”",
    ]


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("1 < 2", True),
        ("1 > 2", False),
        ("1 / 0 == 1", None),
        ("args.a == 1", None),
        ("'args' == 'args'", True),
    ],
)
def test_what_a_condition_always_is(condition: str, value: bool | None) -> None:
    assert constant_value(condition) is value


def test_the_people_that_are_named_are_listed_by_id_and_how_many_of_them() -> None:
    assert (
        next(iter(describe(a_rule('approvers = [{users = ["U1", "U2"], count = 2}]')))) == "approvers: U1, U2"
    )
    assert next(iter(describe(a_rule('approvers = [{users = ["U1", "U2"]}]')))) == "approvers: 1 of U1, U2"


def test_findings_come_in_the_order_of_the_file_and_those_about_all_of_it_last() -> None:
    text = rules(
        'expire_after = "1h"\nescalate_after = "1h"\nescalate_to = {users = ["U1"]}\ngraph = "x"',
        'graph = "y"',
    )
    found = lint(a_policy(text), graphs={"agent": ["b", "a"]})
    assert [(each.line, each.what.partition(" ")[0]) for each in found] == [
        (1, "rule"), (1, "rule"), (7, "rule"), (None, "no"), (None, "no"),
    ]  # fmt: skip
    assert [each.what for each in found[3:]] == [
        "no rule is for the action “a” of graph “agent”",
        "no rule is for the action “b” of graph “agent”",
    ]
    assert found[0].what == "rule “r0” escalate_after never comes: it expires before"
    assert found[1].what == "rule “r0” graph “x” is not loaded"
