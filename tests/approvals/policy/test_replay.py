"""`policy replay`: what is asked otherwise than it was."""

from countersign.approvals.policy.checking.replay import replay, requirements
from countersign.approvals.policy.policy import Policy
from tests.approvals.policy.policies import a_policy, a_rule, an_action


def test_replay_reports_what_is_asked_otherwise_now() -> None:
    policy = a_policy('[[rule]]\nname = "new"\nquorum = 2\n')
    changed = replay(policy, an_action(), a_rule('reason = "always"'))
    assert changed.differs
    assert changed.change == (
        "was “r”, would be “new”",
        "- a reason is required always",
        "+ 2 approvals needed, 1 rejection to end it",
    )


def test_replay_compares_what_is_asked_and_neither_names_nor_lines() -> None:
    same = replay(a_policy('[[rule]]\nname = "other"\nquorum = 2\n'), an_action(), a_rule("\nquorum = 2"))
    assert not same.differs


def test_replay_without_a_policy_then_or_now() -> None:
    nothing = replay(Policy(), an_action(), None)
    assert not nothing.differs
    assert nothing.change == ("was under no rule, would be under no rule",)
    assert requirements(nothing.then) == ("approvers: one of the workspace's members",)
