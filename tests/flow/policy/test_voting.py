"""What counts for a row's votes at this moment: who is in which set, freezes, escalation, substitutes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from countersign.approvals.assignment.delegation import Delegation
from countersign.approvals.person import Standing
from countersign.approvals.policy.clock.timers import Fired, TimerKind
from countersign.approvals.policy.policy import NO_POLICY
from countersign.approvals.policy.voting.membership import Unreadable
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from tests.approvals.policy.policies import a_policy, a_rule, vote
from tests.approvals.test_record import OPENED, an_approval
from tests.support.fakes.fake_delegations import FakeDelegations, delegation
from tests.support.fakes.fake_directory import FakeDirectory

FREEZE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:t
BEGIN:VEVENT
UID:1
DTSTAMP:20261101T000000Z
DTSTART:20261126T000000Z
DTEND:20261127T000000Z
SUMMARY:Winter freeze
END:VEVENT
END:VCALENDAR
"""
FINANCE = 'approvers = [{group = "@finance"}]\n'
HOUR = timedelta(hours=1)
IN_FREEZE, AFTER_IT = OPENED, datetime(2026, 11, 27, 12, tzinfo=UTC)


class Row:
    """The only row of a card under this rule."""

    def __init__(self, keys: str, *lasting: Delegation, freeze: str | None = None, **changes: Any) -> None:
        calendars = {"freeze": freeze} if freeze is not None else {}
        self.policy = CurrentPolicy(a_policy(f'[[rule]]\nname = "r"\n{keys}', **calendars))
        (rule,) = self.policy.policy.rules
        self.rule = rule
        self.approval = replace(an_approval(rule), requester="UALICE", **changes)
        self.directory: FakeDirectory | None = FakeDirectory(
            groups={
                "@finance": {"UBOB"},
                "@leads": {"ULEA"},
                "@security": {"USAM"},
                "@empty": set(),
                "@gone": set(),
            },
            channels={"C1": {"UCHAN"}},
        )
        self.delegations = FakeDelegations(*lasting)
        self.now = OPENED

    @property
    def voting(self) -> Voting:
        return Voting(self.policy, self.directory, lambda: self.now, self.delegations)

    async def context(self, *voters: str) -> VotingContext:
        return await self.voting.context(self.approval, 0, frozenset(voters))


async def test_the_members_of_each_set_that_it_needs_are_looked_up() -> None:
    row = Row('approvers = [{group = "@finance"}, {users = ["UZOE"]}]')
    context = await row.context()
    assert context.memberships.rosters == {row.rule.approvers[0].source: frozenset({"UBOB"})}
    assert context.memberships.requester == "UALICE"
    two = Row('approvers = [{group = "@finance"}, {group = "@leads"}]')
    assert sorted(map(sorted, (await two.context()).memberships.rosters.values())) == [["UBOB"], ["ULEA"]]  # type: ignore[arg-type]


async def test_the_threads_channel_is_that_of_its_thread() -> None:
    row = Row('approvers = "channel"')
    assert list((await row.context()).memberships.rosters.values()) == [frozenset({"UCHAN"})]


async def test_without_a_directory_nobody_is_known_to_be_in_a_group() -> None:
    row = Row(FINANCE)
    row.directory = None
    (roster,) = (await row.context()).memberships.rosters.values()
    assert isinstance(roster, Unreadable)
    assert str(roster.reason) == "Slack can't be asked here"


ESCALATED = FINANCE + 'escalate_after = "1h"\nescalate_to = {group = "@leads"}\n'


@pytest.mark.parametrize(
    ("late", "fired", "escalated"),
    [(timedelta(), False, False), (HOUR, False, True), (timedelta(), True, True)],
    ids=["early", "its time has come", "it was told"],
)
async def test_whoever_it_is_escalated_to_is_looked_up_once_it_is(
    late: timedelta, fired: bool, escalated: bool
) -> None:
    row = Row(ESCALATED)
    row.now += late
    if fired:
        row.approval = replace(row.approval, fired=frozenset({Fired(row=0, kind=TimerKind.ESCALATE)}))
    context = await row.context()
    assert context.escalated is escalated
    sources = {*(each.source for each in row.rule.approvers)}
    sources |= {each.source for each in row.rule.timers.escalate_to} if escalated else set()
    assert context.memberships.rosters.keys() == sources


GLASS = FINANCE + 'freeze = "freeze.ics"\nbreak_glass = [{group = "@security"}]\n'


@pytest.mark.parametrize(("now", "frozen"), [(IN_FREEZE, True), (AFTER_IT, False)])
async def test_who_may_break_the_glass_is_looked_up_in_a_freeze(now: datetime, frozen: bool) -> None:
    row = Row(GLASS, freeze=FREEZE)
    row.now = now
    context = await row.context()
    assert (context.freeze is not None) is frozen
    assert (frozenset({"USAM"}) in context.memberships.rosters.values()) is frozen
    assert not context.unfillable


@pytest.mark.parametrize(("substitutes", "stuck"), [("@leads", False), ("@gone", True)])
async def test_where_nobody_is_left_in_a_set_others_may_decide_and_without_them_it_is_stuck(
    substitutes: str, stuck: bool
) -> None:
    row = Row(
        'approvers = [{group = "@empty"}]\nescalate_after = "1h"\n'
        f'escalate_to = {{group = "{substitutes}"}}\nrequester_may_decide = false\n'
    )
    context = await row.context()
    assert (context.unfillable, context.stuck, context.escalated) == (True, stuck, False)
    assert len(context.memberships.rosters) == 2
    (shortage,) = (await row.voting.row(row.approval, 0)).shortages
    assert shortage.source == row.rule.approvers[0].source


async def test_where_all_seats_can_be_filled_nothing_is_short() -> None:
    row = Row(ESCALATED)
    found = await row.voting.row(row.approval, 0)
    assert (found.shortages, found.context.unfillable, found.context.stuck) == ((), False, False)


async def test_who_stands_in_is_looked_up_for_voters_who_do_not_count_themselves() -> None:
    away = delegation("UBOB", "UZOE")
    row = Row(FINANCE, away)
    assert [each.delegation_id for each in (await row.context("UZOE")).delegations] == [away.id]
    assert (await row.context("UBOB")).delegations == ()
    assert (await row.context()).delegations == ()


async def test_whoever_voted_and_whoever_is_about_to_are_the_voters() -> None:
    away = (delegation("UBOB", "UZOE"), delegation("UBOB", "UMIA"))
    voted = (RowVotes(votes=(vote("UZOE"),)),)
    row = Row(FINANCE, *away, row_votes=voted, votes=(None,))
    assert {each.delegate for each in (await row.voting.row(row.approval, 0)).context.delegations} == {"UZOE"}
    both = await row.voting.row(row.approval, 0, "UMIA")
    assert {each.delegate for each in both.context.delegations} == {"UZOE", "UMIA"}


async def test_whoever_voted_counts_as_who_they_are_now() -> None:
    voted = (RowVotes(votes=(vote("UBOB"), vote("UZOE"))),)
    row = Row(FINANCE, row_votes=voted, votes=(None,))
    assert row.directory is not None
    row.directory.deactivated = {"UZOE"}
    found = (await row.voting.row(row.approval, 0)).votes.votes
    assert [each.by.standing for each in found] == [Standing.MEMBER, Standing.GONE]
    row.directory = None
    found = (await row.voting.row(row.approval, 0)).votes.votes
    assert [each.by.standing for each in found] == [Standing.MEMBER, Standing.MEMBER]


# --- freezes


def test_a_freeze_lasts_at_a_moment_and_only_under_a_rule_that_names_it() -> None:
    row = Row(GLASS, freeze=FREEZE)
    assert row.voting.freeze(row.rule) is not None
    assert row.voting.freeze(row.rule, AFTER_IT) is None
    row.now = AFTER_IT
    assert row.voting.freeze(row.rule) is None
    assert row.voting.freeze(row.rule, IN_FREEZE) is not None
    assert row.voting.freeze(a_rule(FINANCE), IN_FREEZE) is None


def test_a_calendar_that_is_not_loaded_any_more_freezes_without_end() -> None:
    row = Row(GLASS, freeze=FREEZE)
    row.policy.policy = NO_POLICY
    freeze = row.voting.freeze(row.rule, AFTER_IT)
    assert freeze is not None
    assert (str(freeze.summary), freeze.until) == ("the freeze calendar freeze.ics is not loaded", None)


@pytest.mark.parametrize(("zone", "frozen"), [("UTC", False), ("Asia/Seoul", True)])
def test_a_day_of_the_calendar_is_one_where_the_rules_hours_are(zone: str, frozen: bool) -> None:
    days = FREEZE.replace("DTSTART:20261126T000000Z", "DTSTART;VALUE=DATE:20261127").replace(
        "DTEND:20261127T000000Z", "DTEND;VALUE=DATE:20261128"
    )
    hours = f'hours = {{days = "mon-fri", from = "09:00", to = "17:00", zone = "{zone}"}}\n'
    row = Row(GLASS + (hours if zone != "UTC" else ""), freeze=days)
    assert (row.voting.freeze(row.rule, datetime(2026, 11, 26, 16, tzinfo=UTC)) is not None) is frozen
