"""Naming who decides in one's place: what is stored, what is told, and until when, without a database."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from countersign.approvals.assignment.delegation import Delegation, DelegationRefused, UserGroup
from countersign.approvals.person import Person
from countersign.flow.decisions.delegations import ManageDelegations, scope, until
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.ports import DelegationStore
from tests.approvals.policy.policies import person
from tests.support.fakes.fake_delegations import BEGAN, delegation

BOB, ZOE = person("UBOB"), person("UZOE")
BERLIN = ZoneInfo("Europe/Berlin")
GROUP = UserGroup(id="S1", handle="@finance")
FRIDAY_NIGHT = datetime(2026, 11, 28, 0, 0, tzinfo=BERLIN)


class Stored(DelegationStore):
    def __init__(self, *lasting: Delegation) -> None:
        self.lasting = list(lasting)
        self.posted: list[Outgoing] = []

    async def active(self, team: str, now: datetime) -> tuple[Delegation, ...]:
        return tuple(each for each in self.lasting if each.team == team and each.is_active(now))

    async def start(
        self,
        new: Delegation,
        by: Person,
        check: Callable[[Sequence[Delegation]], None],
        post: Sequence[Outgoing],
    ) -> None:
        check(await self.active(new.team, new.starts_at))
        self.lasting.append(new)
        self.posted += post

    async def stop(
        self, team: str, by: Person, now: datetime, announce: Callable[[Delegation], Outgoing]
    ) -> tuple[Delegation, ...]:
        ended = tuple(each for each in self.lasting if each.delegator == by.id)
        self.posted += map(announce, ended)
        return ended

    async def end_lapsed(self, now: datetime) -> int:
        return len([each for each in self.lasting if each.ends_at <= now])


def manage_delegations(store: Stored, now: datetime = BEGAN) -> ManageDelegations:
    return ManageDelegations(store, lambda: now)


def text_of(row: Outgoing) -> str:
    assert isinstance(row.body, dict)
    return str(row.body["text"])


async def test_the_delegate_is_told_for_whom_for_what_and_until_when() -> None:
    store = Stored()
    new, kept = await manage_delegations(store).start("T1", BOB, ZOE, FRIDAY_NIGHT, BERLIN, GROUP)
    assert (new.delegator, new.delegate, new.group, new.starts_at, new.ends_at) == (
        *("UBOB", "UZOE", GROUP, BEGAN),
        FRIDAY_NIGHT,
    )
    assert (store.lasting, kept) == ([new], ())
    (told,) = store.posted
    assert (told.channel, told.team, told.thread_ts) == ("UZOE", "T1", None)
    said = "Bob is away and asked you to decide in their place for @finance, until the end of"
    assert text_of(told).startswith(said)


async def test_what_was_passed_to_whoever_leaves_is_kept_and_not_passed_on() -> None:
    to_bob = delegation("UANN", "UBOB")
    store = Stored(to_bob)
    _, kept = await manage_delegations(store).start("T1", BOB, ZOE, FRIDAY_NIGHT, BERLIN)
    assert kept == (to_bob,)


@pytest.mark.parametrize("delegate", [BOB, person("UANN")])
async def test_nobody_delegates_to_themselves_or_to_whoever_is_away(delegate: Person) -> None:
    store = Stored(delegation("UANN", "UMIA"))
    with pytest.raises(DelegationRefused):
        await manage_delegations(store).start("T1", BOB, delegate, FRIDAY_NIGHT, BERLIN)
    assert (len(store.lasting), store.posted) == (1, [])


async def test_whoever_is_back_ends_theirs_and_the_delegates_are_told() -> None:
    store = Stored(delegation("UBOB", "UZOE", GROUP), delegation("UANN", "UMIA"))
    (ended,) = await manage_delegations(store).stop("T1", BOB)
    assert ended.delegate == "UZOE"
    (told,) = store.posted
    assert text_of(told) == "ubob is back: you don't decide in their place any more for @finance."
    assert told.channel == "UZOE"


async def test_those_that_concern_somebody_are_theirs_and_those_to_them() -> None:
    mine, to_me, others = delegation("UBOB", "UZOE"), delegation("UANN", "UBOB"), delegation("UANN", "UMIA")
    assert await manage_delegations(Stored(mine, to_me, others)).of("T1", "UBOB") == (mine, to_me)
    over = manage_delegations(Stored(mine), mine.ends_at)
    assert await over.of("T1", "UBOB") == ()
    assert await over.end_lapsed() == 1
    assert over.now() == mine.ends_at


@pytest.mark.parametrize(
    ("day", "hour", "minute", "before", "after"),
    [
        (28, 0, 0, "until the end of ", " (Europe/Berlin)"),
        (28, 0, 1, "until ", ", 00:01 (Europe/Berlin)"),
        (27, 17, 30, "until ", ", 17:30 (Europe/Berlin)"),
    ],
)
def test_an_end_at_midnight_is_the_end_of_the_day_before(
    day: int, hour: int, minute: int, before: str, after: str
) -> None:
    ends_at = datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)
    words = str(until(ends_at, BERLIN))
    assert words.startswith(before)
    assert words.endswith(after)
    assert ("28" if minute == 1 else "27") in words


def test_a_delegation_for_all_names_no_group() -> None:
    assert str(scope(delegation("UBOB", "UZOE"))) == ""
    assert str(scope(delegation("UBOB", "UZOE", GROUP))) == " for @finance"
