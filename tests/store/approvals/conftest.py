"""A database with approvals in it, and its ledger."""

from collections.abc import AsyncIterator

import pytest

from countersign.approvals.audit import EntryHasher
from countersign.approvals.decision import DecisionKind
from tests.flow.graphs.prepared_graphs import everything_prepared
from tests.support.harness import Harness, a_thread, open_harness

HASHER = EntryHasher()


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, everything_prepared()) as opened:
        yield opened


async def a_decided_approval(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)


async def as_owner(harness: Harness, query: str, *arguments: object) -> None:
    """What whoever owns the tables can do, triggers or not."""
    async with harness.pool.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(query.encode(), arguments)
