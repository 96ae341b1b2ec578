"""A PostgreSQL that goes and comes back under a bot at work, and one that keeps everybody waiting."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from countersign.store.schema.migrate import migrate
from tests.chaos.faults.postgres_server import Server, open_server
from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet, open_fleet
from tests.chaos.fleet.fork_server import ForkServer
from tests.chaos.fleet.invariants import check_invariants, effect_counts
from tests.chaos.fleet.users import wait_for_message
from tests.support.processes.bots import until

AWAY = 2.0  # seconds
WAITING = """
SELECT DISTINCT pid FROM pg_locks
WHERE NOT granted AND relation IN ('countersign.inbox'::regclass, 'countersign.approvals'::regclass)
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with open_server() as server:
        yield server


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_server_that_goes_and_comes_back_takes_nothing_with_it(
    server: Server, how: str, tmp_path: Path, fork_server: ForkServer
) -> None:
    """A card waits, a run is in a node; a click and a message come while the server is away."""
    await migrate(server.url)
    async with open_fleet(tmp_path / "stage", server.url, fork_server) as fleet, fleet.bot():
        held = await fleet.ws.carol.mentions("gate: held hold:act")
        await users.approve(fleet, held, "held")
        await fleet.reached("held", "act")
        waiting = await fleet.ws.carol.mentions("gate: waiting")
        card = await users.card_of(fleet, waiting, "waiting")

        async with getattr(server, how)():
            click = asyncio.create_task(users.clicks_approve(card, fleet.ws.bob))
            late = await fleet.ws.carol.mentions("gate: late")
            fleet.release("held", "act")
            await asyncio.sleep(AWAY if how == "stopped" else 0)

        await click
        await wait_for_message(fleet, waiting, "Did waiting.")
        await wait_for_message(fleet, held, "Did held.")
        await users.approve(fleet, late, "late")
        await wait_for_message(fleet, late, "Did late.")
        await check_invariants(fleet)
        assert effect_counts(fleet) == {"held": 1, "waiting": 1, "late": 1}


@pytest.mark.long
async def test_a_bot_that_is_asked_to_stop_ends_though_the_server_is_away(
    server: Server, tmp_path: Path, fork_server: ForkServer
) -> None:
    """It cannot write what became of its job, so it leaves that to the next one."""
    await migrate(server.url)
    async with open_fleet(tmp_path / "stage", server.url, fork_server) as fleet:
        async with fleet.bot(SHUTDOWN_GRACE="1") as bot:
            held = await fleet.ws.carol.mentions("gate: held hold:act")
            await users.approve(fleet, held, "held")
            await fleet.reached("held", "act")
            async with server.stopped():
                fleet.release("held", "act")
                await bot.answers("/readyz", 503, 20)
                bot.send(signal.SIGTERM)
                assert await bot.ends(60) == 0
        async with fleet.bot():
            await wait_for_message(fleet, held, "Did held.")
            await check_invariants(fleet)
            assert effect_counts(fleet) == {"held": 1}


@pytest.mark.parametrize("seconds", [2.5, 4.0], ids=["in-time", "too-late-to-acknowledge"])
async def test_a_server_that_keeps_everybody_waiting(fleet: Fleet, seconds: float) -> None:
    """What a message and a click write to is locked; after three seconds Slack takes neither for told."""
    async with fleet.bot():
        first = await fleet.ws.carol.mentions("gate: first")
        card = await users.card_of(fleet, first, "first")
        async with await psycopg.AsyncConnection.connect(fleet.stage.database_url) as other:
            await other.execute("LOCK TABLE countersign.inbox, countersign.approvals")
            locked = asyncio.get_running_loop().time()
            click = asyncio.create_task(users.clicks_approve(card, fleet.ws.bob))
            second = await fleet.ws.carol.mentions("gate: second")
            await until(
                lambda: len(fleet.stage.rows(WAITING)) > 1,
                lambda: "the message and the click to wait",
            )
            await asyncio.sleep(locked + seconds - asyncio.get_running_loop().time())
        await click
        await wait_for_message(fleet, first, "Did first.")
        await users.approve(fleet, second, "second")
        await wait_for_message(fleet, second, "Did second.")
        await check_invariants(fleet)
        assert effect_counts(fleet) == {"first": 1, "second": 1}
