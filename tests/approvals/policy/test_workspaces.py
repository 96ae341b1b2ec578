"""Rules of one workspace: they hold there in the place of the others, and nowhere else."""

import pytest

from countersign.approvals.policy.reading import PolicyError, read_policy
from countersign.flow.policy.current_policy import CurrentPolicy

FILE = """
[[rule]]
name = "everywhere"
quorum = 2

[workspaces.T0SECOND01.defaults]
reason = "always"

[[workspaces.T0SECOND01.rule]]
name = "second"
"""


def no_calendar(_path: str) -> str:
    raise AssertionError


def test_a_workspace_with_rules_of_its_own_has_only_those() -> None:
    current = CurrentPolicy(read_policy(FILE, no_calendar))
    first, second = (current.of_workspace(team) for team in ("T0FIRST001", "T0SECOND01"))
    assert [rule.name for rule in first.policy.rules] == ["everywhere"]
    assert [rule.name for rule in second.policy.rules] == ["second"]
    assert second.policy.fallback.reason != first.policy.fallback.reason

    current.policy = read_policy('[[rule]]\nname = "new"', no_calendar)
    assert [rule.name for rule in second.policy.rules] == ["new"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[workspaces.acme.rule]]\nname = "x"', ":1: “acme”"),
        ('[[workspaces.T0SECOND01.rule]]\nname = "x"\nquorums = 2', ":3: “quorums”"),
        ("[workspaces.T0SECOND01.workspaces]", "not a key"),
        ("workspaces = 1", "not a table"),
    ],
)
def test_mistakes_in_them_are_told_with_their_line(text: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        read_policy(text, no_calendar)
