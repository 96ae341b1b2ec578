"""Silent packet loss between the bot and PostgreSQL: no error, no closed connection, no answer."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from countersign.store.schema.migrate import migrate
from countersign.testing.cards import ApprovalCard
from slack_local.people.threads import Thread
from tests.chaos.faults.lossy_network import Network, PacketLoss, open_network
from tests.chaos.faults.postgres_server import open_server
from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet, Replica, open_fleet
from tests.chaos.fleet.fork_server import ForkServer
from tests.chaos.fleet.invariants import Rows, check_invariants, effect_counts
from tests.chaos.fleet.users import wait_for_message
from tests.support.processes.bots import until

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux drops packets at a socket's filter"
)
BUSY = """
SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
UNION ALL SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND a.datname = current_database()
"""
TIMEOUT = 75.0  # seconds in which a bot that gave up dead connections has finished all work


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A card waits, and nothing else is under way."""

    fleet: Fleet
    bot: Replica
    network: Network
    waiting: Thread
    card: ApprovalCard

    def click(self) -> asyncio.Task[None]:
        return asyncio.create_task(users.clicks_approve(self.card, self.fleet.ws.bob))

    async def refused(self) -> None:
        """Wait until a click and a message were not acknowledged."""

        def seen() -> bool:
            attempts = self.fleet.ws.log.attempts()
            given_up = {a.name for a in attempts if a.outcome not in ("sent", "acknowledged")}
            return given_up >= {"block_actions", "app_mention"}

        await until(seen, lambda: "a click and a message to be refused", 20)

    async def assert_completed(self, late: Thread, click: asyncio.Task[None]) -> None:
        """What was requested during the loss is done, once."""
        await wait_for_message(self.fleet, self.waiting, "Did waiting.", limit=TIMEOUT)
        await users.approve(self.fleet, late, "late")
        await wait_for_message(self.fleet, late, "Did late.", limit=TIMEOUT)
        await click
        await check_invariants(self.fleet)


@pytest_asyncio.fixture(loop_scope="session")
async def remote_database_fleet(tmp_path: Path, fork_server: ForkServer) -> AsyncIterator[Fleet]:
    """A fleet whose database is reached through TCP alone, so that each end has to notice a loss itself."""
    with open_server() as server:
        await server.over_tcp()
        await migrate(server.url)
        async with open_fleet(tmp_path / "stage", server.url, fork_server) as fleet:
            yield fleet


@asynccontextmanager
async def open_scenario(fleet: Fleet) -> AsyncIterator[Scenario]:
    async with (
        open_network(fleet.stage.database_url) as network,
        fleet.bot(DATABASE_URL=network.url) as bot,
    ):
        waiting = await fleet.ws.carol.mentions("gate: waiting")
        card = await users.card_of(fleet, waiting, "waiting")
        await until(lambda: not fleet.stage.rows(BUSY), lambda: "the card's run to end")
        try:
            yield Scenario(fleet=fleet, bot=bot, network=network, waiting=waiting, card=card)
        except AssertionError as error:
            diagnostics = await Rows(fleet.stage.database_url).diagnostics()
            raise AssertionError(f"{error}\n{diagnostics}\n{bot.said[-3000:]}") from error


async def test_packets_that_are_lost_for_a_while_take_nothing_with_them(fleet: Fleet) -> None:
    """Connections live through what is shorter than 20 seconds: what was said is said again."""
    async with open_scenario(fleet) as scenario:
        held = await fleet.ws.carol.mentions("gate: held hold:act")
        await users.approve(fleet, held, "held")
        await fleet.reached("held", "act")
        scenario.network.drop_packets(PacketLoss.LOST)
        click = scenario.click()
        late = await fleet.ws.carol.mentions("gate: late")
        fleet.release("held", "act")
        await scenario.refused()
        assert not effect_counts(fleet)
        scenario.network.recover(old_connections=True)
        await wait_for_message(fleet, held, "Did held.", limit=TIMEOUT)
        await scenario.assert_completed(late, click)
    assert effect_counts(fleet) == {"held": 1, "waiting": 1, "late": 1}


@pytest.mark.long
@pytest.mark.timeout(240)
@pytest.mark.parametrize("loss", PacketLoss, ids=lambda loss: loss.value)
async def test_connections_that_stay_silent_are_given_up(fleet: Fleet, loss: PacketLoss) -> None:
    """Nobody tells the bot: it finds out by itself, and makes new ones."""
    async with open_scenario(fleet) as scenario:
        scenario.network.drop_packets(loss)
        click = scenario.click()
        late = await fleet.ws.carol.mentions("gate: late")
        await scenario.refused()
        await scenario.bot.answers("/readyz", 503, 20)
        scenario.network.recover(old_connections=False)
        await scenario.bot.answers("/readyz", 200, TIMEOUT)
        await scenario.assert_completed(late, click)
    assert effect_counts(fleet) == {"waiting": 1, "late": 1}


@pytest.mark.timeout(240)
async def test_a_run_whose_packets_are_lost_for_good_goes_on(remote_database_fleet: Fleet) -> None:
    """The server must notice too: the lost session holds the thread's lock."""
    fleet = remote_database_fleet
    async with open_scenario(fleet) as scenario:
        held = await fleet.ws.carol.mentions("gate: held hold:act")
        await users.approve(fleet, held, "held")
        await fleet.reached("held", "act")
        scenario.network.drop_packets(PacketLoss.LOST)
        fleet.release("held", "act")
        await scenario.bot.answers("/readyz", 503, 20)
        scenario.network.recover(old_connections=False)
        await wait_for_message(fleet, held, "Did held.", limit=TIMEOUT)
    assert effect_counts(fleet) == {"held": 1}
