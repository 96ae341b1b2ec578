"""Delegations in PostgreSQL: two that start at once, what stops, what is over, and the ledger."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from countersign.approvals.assignment.delegation import (
    Delegation,
    DelegationRefused,
    UserGroup,
    check_may_delegate,
)
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.store.approvals.delegations import DelegationStore
from countersign.store.connections.pool import Pool, configure_for_statements, open_pool
from tests.approvals.policy.policies import person
from tests.support.fakes.fake_delegations import delegation


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(database_url, max_size=4, configure=configure_for_statements) as opened:
        yield opened


NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
FINANCE = UserGroup(id="S1", handle="@finance")


def finance_delegation(delegator: str, delegate: str, *, hours: int = 24, team: str = "T1") -> Delegation:
    return delegation(delegator, delegate, FINANCE, starts_at=NOW, lasts=timedelta(hours=hours), team=team)


def told(each: Delegation) -> Outgoing:
    return Outgoing(
        key=f"told:{each.id}",
        kind=OutgoingKind.PRIVATE_NOTE,
        team=each.team,
        channel=each.delegate,
        thread_ts=None,
        body={"text": "over"},
    )


async def start(store: DelegationStore, new: Delegation) -> None:
    def check(active: Sequence[Delegation]) -> None:
        check_may_delegate(new, person(new.delegator), person(new.delegate), active)

    await store.start(new, person(new.delegator), check, ())


async def ledger(pool: Pool, of: Delegation) -> list[tuple[str, str | None]]:
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT event, actor_id FROM countersign.ledger WHERE approval_id = %s ORDER BY id", (of.id,)
        )
        return [(row["event"], row["actor_id"]) for row in await cursor.fetchall()]


async def test_it_is_stored_as_it_is_and_stopped_once(pool: Pool) -> None:
    store = DelegationStore(pool)
    new, other = finance_delegation("UBOB", "UCAROL"), finance_delegation("UBOB", "UCAROL", team="T2")
    await start(store, new)
    await start(store, other)
    assert await store.active("T1", NOW) == (new,)

    (ended,) = await store.stop("T1", person("UBOB"), NOW + timedelta(hours=1), told)

    assert (ended.id, ended.ended_at) == (new.id, NOW + timedelta(hours=1))
    assert await store.active("T1", NOW) == ()
    assert await store.active("T2", NOW) == (other,)
    assert await store.stop("T1", person("UBOB"), NOW, told) == ()
    assert await ledger(pool, new) == [("delegation_started", "UBOB"), ("delegation_ended", "UBOB")]


async def test_what_is_over_does_not_last_and_is_recorded_once(pool: Pool) -> None:
    store = DelegationStore(pool)
    new = finance_delegation("UBOB", "UCAROL", hours=1)
    await start(store, new)
    later = NOW + timedelta(hours=1)
    assert await store.active("T1", later) == ()
    assert await store.end_lapsed(later) == 1
    assert await store.end_lapsed(later) == 0
    assert await ledger(pool, new) == [("delegation_started", "UBOB"), ("delegation_ended", None)]


async def test_two_that_make_a_circle_at_the_same_moment_do_not_both_start(pool: Pool) -> None:
    store = DelegationStore(pool)
    there, back = finance_delegation("UBOB", "UCAROL"), finance_delegation("UCAROL", "UBOB")
    results = await asyncio.gather(start(store, there), start(store, back), return_exceptions=True)
    assert [type(each) for each in results if each is not None] == [DelegationRefused]
    (started,) = await store.active("T1", NOW)
    refused = back if started.id == there.id else there
    assert await ledger(pool, refused) == []


async def test_what_is_refused_leaves_nothing(pool: Pool) -> None:
    store = DelegationStore(pool)
    with pytest.raises(DelegationRefused):
        await start(store, finance_delegation("UBOB", "UBOB"))
    assert await store.active("T1", NOW) == ()
