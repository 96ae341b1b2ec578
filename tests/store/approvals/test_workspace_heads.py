"""The last entry of each workspace's ledger is kept, and is made again where it was lost."""

from contextlib import aclosing
from uuid import uuid4

from countersign.store.approvals.ledger import Ledger
from tests.store.approvals.conftest import HASHER, a_decided_approval, as_owner
from tests.support.harness import Harness


async def of_another_workspace(harness: Harness, ledger: Ledger) -> None:
    await ledger.append(approval_id=uuid4(), thread_id="T2/C1/1.0", version=1, event="refused", detail="T2")


async def test_each_workspaces_head_is_kept_and_is_that_of_its_entries_alone(harness: Harness) -> None:
    ledger = Ledger(harness.pool, HASHER)
    await a_decided_approval(harness)
    await ledger.seal()
    assert [head.workspace for head in await ledger.heads()] == [None], "of one workspace the ledger's is it"
    await of_another_workspace(harness, ledger)
    await ledger.seal()
    await a_decided_approval(harness)
    await ledger.seal()

    shared, first, second = await ledger.heads()
    assert (shared.position, first.position, second.position) == (9, 8, 1)
    for head in (first, second):
        assert head.workspace is not None
        async with aclosing(ledger.workspace_chain(head.workspace)) as rows:
            own = [row async for row in rows]
        assert {row.entry.workspace for row in own if row.entry} == {head.workspace}
        assert (own[-1].position, own[-1].link) == (head.position, head.link)


async def test_heads_that_were_lost_are_made_from_the_ledger_again(harness: Harness) -> None:
    ledger = Ledger(harness.pool, HASHER)
    await a_decided_approval(harness)
    await of_another_workspace(harness, ledger)
    await ledger.seal()
    before = await ledger.heads()

    await as_owner(harness, "DELETE FROM countersign.ledger_workspaces")
    await Ledger(harness.pool, HASHER).seal()
    assert await ledger.heads() == before
