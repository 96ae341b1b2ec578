"""What nobody can fill on a card, and how many accounts are looked up to find out."""

from dataclasses import dataclass

import pytest

from countersign.approvals.person import Standing
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.membership import Memberships
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.policy.seat_checks import SeatChecks
from tests.approvals.policy.policies import a_rule
from tests.approvals.test_record import an_approval
from tests.support.fakes.fake_directory import FakeDirectory

FINANCE = a_rule('approvers = [{group = "@finance"}]')
TWO = a_rule('approvers = [{group = "@finance", count = 2}]')


def context(rule: Rule, *finance: str, **known: Standing) -> VotingContext:
    rosters = {each.source: frozenset(finance) for each in rule.approvers if each.source.names}
    memberships = Memberships(requester="UALICE", rosters=rosters, standings=known)
    return VotingContext(rule=rule, memberships=memberships)


async def missing(directory: FakeDirectory | None, asked: VotingContext) -> list[int]:
    _, shortages = await SeatChecks(directory).shortages(asked, None)
    return [each.missing for each in shortages]


@pytest.mark.parametrize(
    ("rule", "people", "left"),
    [
        (FINANCE, ["UBOB"], []),
        (FINANCE, ["UGONE"], [1]),
        (FINANCE, ["UGONE", "UBOB"], []),
        (TWO, ["UBOB", "UCAROL"], []),
        (TWO, ["UBOB", "UGONE"], [1]),
        (TWO, ["UBOB", "UGONE", "UCAROL"], []),
    ],
)
async def test_whose_account_is_deactivated_fills_no_seat(
    rule: Rule, people: list[str], left: list[int]
) -> None:
    assert await missing(FakeDirectory(deactivated={"UGONE"}), context(rule, *people)) == left


async def test_no_more_accounts_are_looked_up_than_there_are_seats() -> None:
    directory = FakeDirectory()
    asked = context(TWO, *(f"U{number}" for number in range(9)))
    after, _ = await SeatChecks(directory).shortages(asked, None)
    assert len(directory.accounts_asked) == 2
    assert set(after.memberships.standings) == set(directory.accounts_asked)


async def test_an_account_that_is_known_is_not_looked_up_again() -> None:
    directory = FakeDirectory()
    assert await missing(directory, context(FINANCE, "UBOB", UBOB=Standing.MEMBER)) == []
    assert directory.accounts_asked == []
    assert await missing(directory, context(FINANCE, "UBOB", UBOB=Standing.GUEST)) == [1]


@pytest.mark.parametrize(("gone", "asked"), [(49, 50), (50, 50), (80, 50)])
async def test_after_fifty_accounts_the_next_counts_as_a_full_member(gone: int, asked: int) -> None:
    people = [f"U{number:02}" for number in range(gone)]
    directory = FakeDirectory(deactivated=set(people))
    assert await missing(directory, context(FINANCE, *people, "U99")) == []
    assert len(directory.accounts_asked) == asked


async def test_without_a_directory_everybody_is_a_full_member() -> None:
    assert await missing(None, context(FINANCE, "UBOB")) == []
    assert await missing(None, context(FINANCE)) == [1]


@dataclass
class Unreachable(FakeDirectory):
    error: Exception = SlackUnreachable("gone")  # noqa: RUF009  # frozen by nobody, changed by nobody

    async def standing(self, user_id: str) -> Standing:
        raise self.error


@pytest.mark.parametrize(
    "error", [SlackUnreachable("gone"), RateLimited(1.0), SlackRefused("users.info", "no")]
)
async def test_whoever_slack_does_not_tell_about_counts_as_a_full_member(error: Exception) -> None:
    directory = Unreachable(error=error)
    assert await missing(directory, context(FINANCE, "UBOB")) == []
    assert await missing(directory, context(TWO, "UBOB", "UCAROL")) == []


@pytest.mark.parametrize(
    ("keys", "looked_up"),
    [
        ('approvers = "members"', False),
        ('approvers = "members"\nquorum = 2', True),
        ('approvers = "members"\nrequester_may_decide = false', True),
        ('approvers = [{users = ["UBOB"]}]', True),
    ],
)
async def test_who_sees_a_card_is_asked_unless_any_one_who_does_may_decide_it(
    keys: str, looked_up: bool
) -> None:
    directory = FakeDirectory(private={"C1": {"UBOB"}})
    seen = await SeatChecks(directory).seen(an_approval(), context(a_rule(keys)))
    assert seen.memberships.viewers == ({"UBOB"} if looked_up else None)


async def test_without_a_directory_everybody_sees_every_card() -> None:
    seen = await SeatChecks(None).seen(an_approval(), context(FINANCE, "UBOB"))
    assert seen.memberships.viewers is None
