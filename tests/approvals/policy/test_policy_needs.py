"""What has to be looked up in Slack before a policy's rules can be matched."""

import pytest

from tests.approvals.policy.policies import a_policy


@pytest.mark.parametrize(
    ("rule", "names", "groups"),
    [
        ("", False, False),
        ('channel = "C0*"', False, False),
        ('channel = ["C1", "#ops"]', True, False),
        ("when = 'channel == \"ops\"'", True, False),
        ('requester = "U1"', False, False),
        ('requester = ["W1", "U2"]', False, False),
        ('requester = ["U1", "@finance"]', False, True),
        ("when = '\"@finance\" in requester.groups'", False, True),
        ("when = 'args.amount > 5'", False, False),
    ],
)
def test_names_of_channels_and_groups_are_asked_for_only_if_a_rule_depends_on_them(
    rule: str, names: bool, groups: bool
) -> None:
    policy = a_policy(f'[[rule]]\nname = "first"\n[[rule]]\nname = "r"\n{rule}\n')
    assert (policy.uses_channel_names, policy.uses_groups) == (names, groups)


def test_changes_of_the_state_are_offered_if_any_rule_or_the_defaults_offer_them() -> None:
    assert not a_policy('[[rule]]\nname = "r"\n').offers_state_changes
    assert a_policy('[[rule]]\nname = "r"\nstate_changes = true\n').offers_state_changes
    assert a_policy("[defaults]\nstate_changes = true\n").offers_state_changes
