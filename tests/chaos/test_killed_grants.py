"""A bot is killed between a grant's use and the run that it lets go on: each use counts once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from slack_local.people.threads import Thread
from tests.chaos.faults.crash_matrix import restart
from tests.chaos.faults.failpoints import commit_failpoint
from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet, Replica
from tests.chaos.fleet.invariants import Rows, check_invariants, effect_counts

POLICY = """
[[rule]]
name = "gated"
graph = "gate"
requester_may_decide = false
grant = {for = "1h", scope = "requester", max_uses = 2}
"""


@asynccontextmanager
async def granting_bot(fleet: Fleet) -> AsyncIterator[Replica]:
    """A bot in whose workspace bob approved one request of carol's, and gave a grant with it."""
    policy = fleet.stage.folder / "approvals.toml"
    policy.write_text(POLICY)
    async with fleet.bot(POLICY_FILE=str(policy)) as bot:
        thread = await fleet.ws.carol.mentions("gate: first")
        card = await users.card_of(fleet, thread, "first")
        clicked = await card.click("approval:grant", by=fleet.ws.bob)
        assert clicked.error is None
        await users.wait_for_message(fleet, thread, "Did first.")
        yield bot


async def used(fleet: Fleet) -> tuple[int, int]:
    """How often the grant was used by its own row, and by the ledger."""
    rows = Rows(fleet.stage.database_url)
    (grant,) = await rows.of("SELECT uses FROM countersign.grants")
    entries = await rows.of("SELECT 1 FROM countersign.ledger WHERE event = 'grant_used'")
    return grant["uses"], len(entries)


async def comes_to_its_end(fleet: Fleet, thread: Thread, name: str) -> None:
    await users.wait_for_message(fleet, thread, f"Did {name}.")
    await check_invariants(fleet)
    assert thread.cards() == []
    assert effect_counts(fleet) == {"first": 1, name: 1}
    assert await used(fleet) == (1, 1)


@pytest.mark.parametrize("committed", [True, False], ids=["kept", "lost"])
async def test_killed_in_the_commit_of_a_use(fleet: Fleet, committed: bool) -> None:
    async with granting_bot(fleet) as bot, commit_failpoint(fleet, ("countersign.grants",)) as failpoint:
        await failpoint.set_at(1)
        thread = await fleet.ws.carol.mentions("gate: second")
        async with asyncio.timeout(60):
            while not (caught := await failpoint.caught()):  # noqa: ASYNC110 -- the database has no event to wait for
                await asyncio.sleep(0.02)
        backend, what = caught
        assert what == "update grants"
        await bot.kill()
        await (failpoint.let_commit(backend) if committed else failpoint.lose(backend))
        await restart(fleet, bot)
        await comes_to_its_end(fleet, thread, "second")


@pytest.mark.parametrize("node", ["ask", "act", "acted"])
async def test_killed_before_and_after_the_action_that_a_grant_let_through(fleet: Fleet, node: str) -> None:
    async with granting_bot(fleet) as bot:
        thread = await fleet.ws.carol.mentions(f"gate: second hold:{node}")
        await fleet.reached("second", node, 60.0)
        await bot.kill()
        fleet.release("second", node)
        await restart(fleet, bot)
        await comes_to_its_end(fleet, thread, "second")
