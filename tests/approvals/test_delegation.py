"""Which delegations may start beside others: no cycles, no chains, one delegate per seat."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from countersign.approvals.assignment.delegation import (
    LONGEST,
    Delegation,
    DelegationRefused,
    UserGroup,
    check_may_delegate,
    not_passed_on,
)
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Standing
from tests.approvals.policy.policies import person
from tests.support.fakes.fake_delegations import delegation

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
FINANCE, LEGAL = UserGroup(id="S1", handle="@finance"), UserGroup(id="S2", handle="@legal")


def check(new: Delegation, *active: Delegation, **standings: Standing) -> None:
    check_may_delegate(
        new,
        person(new.delegator, standings.get(new.delegator, Standing.MEMBER)),
        person(new.delegate, standings.get(new.delegate, Standing.MEMBER)),
        active,
    )


BAD = {
    "yourself": (delegation("UBOB", "UBOB"), (), {}),
    "a bot": (delegation("UBOB", "UBOT"), (), {"UBOT": Standing.BOT}),
    "a guest": (delegation("UBOB", "UEVE"), (), {"UEVE": Standing.GUEST}),
    "of another workspace": (delegation("UBOB", "UEVE"), (), {"UEVE": Standing.STRANGER}),
    "deactivated": (delegation("UBOB", "UEVE"), (), {"UEVE": Standing.GONE}),
    "a past date": (delegation("UBOB", "UCAROL", lasts=timedelta(0)), (), {}),
    "too long": (delegation("UBOB", "UCAROL", lasts=LONGEST + timedelta(1)), (), {}),
    "twice": (delegation("UBOB", "UCAROL"), (delegation("UBOB", "UDORA"),), {}),
    "all beside a group": (delegation("UBOB", "UCAROL"), (delegation("UBOB", "UDORA", LEGAL),), {}),
    "a cycle": (delegation("UBOB", "UCAROL"), (delegation("UCAROL", "UBOB"),), {}),
    "to who is away": (delegation("UBOB", "UCAROL"), (delegation("UCAROL", "UDORA"),), {}),
}


@pytest.mark.parametrize("what", BAD)
def test_it_is_refused_with_the_reason(what: str) -> None:
    new, active, standings = BAD[what]
    with pytest.raises(DelegationRefused) as refused:
        check(new, *active, **standings)
    assert str(refused.value) != DelegationRefused.__doc__


def test_a_guest_has_nothing_to_delegate() -> None:
    with pytest.raises(MayNotDecide):
        check(delegation("UEVE", "UCAROL"), UEVE=Standing.GUEST)


def test_other_groups_may_have_other_delegates_and_a_handle_may_change() -> None:
    check(delegation("UBOB", "UCAROL", FINANCE), delegation("UBOB", "UDORA", LEGAL))
    renamed = replace(FINANCE, handle="@money")
    with pytest.raises(DelegationRefused):
        check(delegation("UBOB", "UCAROL", FINANCE), delegation("UBOB", "UDORA", renamed))


def test_who_stands_in_may_go_away_and_passes_nothing_on() -> None:
    taken_over = delegation("UBOB", "UCAROL")
    leaving = delegation("UCAROL", "UDORA")
    check(leaving, taken_over)
    assert not_passed_on(leaving, [taken_over]) == (taken_over,)


PEOPLE = ("UANN", "UBOB", "UCID", "UDAN")
GROUPS = (None, FINANCE, LEGAL)


class Delegations(RuleBasedStateMachine):
    """People who delegate, stop and come back, as one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.all: dict[UUID, Delegation] = {}

    def active(self) -> list[Delegation]:
        return [each for each in self.all.values() if each.ended_at is None and self.now < each.ends_at]

    @rule(
        delegator=st.sampled_from(PEOPLE),
        delegate=st.sampled_from(PEOPLE),
        group=st.sampled_from(GROUPS),
        hours=st.integers(0, 48),
    )
    def start(self, delegator: str, delegate: str, group: UserGroup | None, hours: int) -> None:
        new = delegation(delegator, delegate, group, starts_at=self.now, lasts=timedelta(hours=hours))
        refused = self.must_be_refused(new)
        try:
            check(new, *self.active())
        except DelegationRefused:
            assert refused
        else:
            assert not refused
            self.all[new.id] = new

    def must_be_refused(self, new: Delegation) -> bool:
        """The model: by group, who has handed over what, and nobody who has is handed anything."""
        if new.delegator == new.delegate or new.ends_at <= self.now:
            return True
        seats = {FINANCE.id, LEGAL.id, "all others"}
        mine = seats if new.group is None else {new.group.id}
        away = {
            (each.delegator, seat)
            for each in self.active()
            for seat in (seats if each.group is None else {each.group.id})
        }
        return any((who, seat) in away for who in (new.delegator, new.delegate) for seat in mine)

    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        if active := self.active():
            ended = data.draw(st.sampled_from(active))
            self.all[ended.id] = replace(ended, ended_at=self.now)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def nobody_is_in_a_cycle(self) -> None:
        for group in (FINANCE, LEGAL):
            to = {
                each.delegator: each.delegate
                for each in self.active()
                if each.group is None or each.group.id == group.id
            }
            for start, first in to.items():
                seen, at = {start}, first
                while at in to:
                    assert at not in seen
                    seen.add(at)
                    at = to[at]
                assert at not in seen

    @invariant()
    def each_seat_has_one_delegate(self) -> None:
        active = self.active()
        for one in active:
            for other in active:
                if one.id != other.id and one.delegator == other.delegator:
                    assert not one.overlaps(other)


TestDelegations = Delegations.TestCase
