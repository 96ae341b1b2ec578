"""Who stands in for whom on an approval, without a database."""

import pytest

from countersign.approvals.assignment.delegation import Delegation, UserGroup
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.active_delegation import ActiveDelegation
from countersign.flow.policy.active_delegations import ActiveDelegations
from tests.approvals.policy.policies import NOW, a_rule
from tests.approvals.test_record import an_approval
from tests.support.fakes.fake_delegations import BEGAN, FakeDelegations, delegation
from tests.support.fakes.fake_directory import FakeDirectory

FINANCE = a_rule('approvers = [{group = "@finance"}, {users = ["UBOB"]}]')
GROUP = UserGroup(id="@finance", handle="@finance")
OTHERS = UserGroup(id="@leads", handle="@leads")


def directory() -> FakeDirectory:
    return FakeDirectory(groups={"@finance": {"UBOB"}, "@leads": {"ULEA"}})


async def of(
    *lasting: Delegation, rule: Rule = FINANCE, voters: str = "UZOE"
) -> tuple[ActiveDelegation, ...]:
    active_delegations = ActiveDelegations(FakeDelegations(*lasting), directory(), lambda: NOW)
    return await active_delegations.of(an_approval(rule), rule, frozenset(voters.split()))


async def test_a_voter_stands_in_for_whoever_delegated_to_them() -> None:
    away = delegation("UBOB", "UZOE")
    (found,) = await of(away, delegation("ULEA", "UMIA"))
    assert (found.delegate, found.delegator.id, found.delegation_id) == ("UZOE", "UBOB", away.id)
    assert found.sources is None, "for all seats"


async def test_a_delegation_for_one_group_is_for_the_seats_of_that_group() -> None:
    (found,) = await of(delegation("UBOB", "UZOE", GROUP))
    assert found.sources == frozenset({FINANCE.approvers[0].source})
    (none,) = await of(delegation("UBOB", "UZOE", OTHERS))
    assert none.sources == frozenset()


async def test_the_sets_that_are_escalated_to_have_seats_too() -> None:
    rule = a_rule('approvers = [{users = ["UBOB"]}]\nescalate_after = "1h"\nescalate_to = {group = "@leads"}')
    (found,) = await of(delegation("ULEA", "UZOE", OTHERS), rule=rule)
    assert found.sources == frozenset({rule.timers.escalate_to[0].source})


@pytest.mark.parametrize(
    ("rule", "voters"),
    [
        (FINANCE, "UMIA"),
        (FINANCE, ""),
        (a_rule('approvers = "members"'), "UZOE"),
    ],
    ids=["somebody else votes", "nobody votes", "any member may vote"],
)
async def test_nobody_stands_in_where_it_makes_no_difference(rule: Rule, voters: str) -> None:
    assert await of(delegation("UBOB", "UZOE"), rule=rule, voters=voters) == ()


async def test_without_delegations_or_a_directory_nobody_stands_in() -> None:
    approval, voters = an_approval(FINANCE), frozenset({"UZOE"})
    away = FakeDelegations(delegation("UBOB", "UZOE"))
    assert await ActiveDelegations(None, directory(), lambda: NOW).of(approval, FINANCE, voters) == ()
    assert await ActiveDelegations(away, None, lambda: NOW).of(approval, FINANCE, voters) == ()


async def test_a_delegation_that_has_not_begun_counts_for_nobody() -> None:
    active_delegations = ActiveDelegations(
        FakeDelegations(delegation("UBOB", "UZOE")), directory(), lambda: BEGAN.replace(year=2025)
    )
    assert await active_delegations.of(an_approval(FINANCE), FINANCE, frozenset({"UZOE"})) == ()


@pytest.mark.parametrize(
    ("group", "source", "found"),
    [
        (None, 0, {"UZOE"}),
        (None, 1, {"UZOE"}),
        (GROUP, 0, {"UZOE"}),
        (GROUP, 1, set()),
        (OTHERS, 0, set()),
    ],
)
async def test_the_delegates_of_a_sets_people_are_those_whose_delegation_covers_the_set(
    group: UserGroup | None, source: int, found: set[str]
) -> None:
    away = FakeDelegations(delegation("UBOB", "UZOE", group), delegation("ULEA", "UMIA"))
    active_delegations = ActiveDelegations(away, directory(), lambda: NOW)
    people = frozenset({"UBOB"})
    assert (
        await active_delegations.delegates_of(an_approval(FINANCE), FINANCE.approvers[source].source, people)
        == found
    )


async def test_without_a_directory_a_delegation_for_a_group_covers_no_set() -> None:
    away = FakeDelegations(delegation("UBOB", "UZOE", GROUP))
    source = FINANCE.approvers[0].source
    active_delegations = ActiveDelegations(away, None, lambda: NOW)
    assert await active_delegations.delegates_of(an_approval(FINANCE), source, frozenset({"UBOB"})) == set()
