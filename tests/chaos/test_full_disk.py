"""PostgreSQL's disk is full: nothing counts as saved that is not, and with room again all of it is done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from countersign.flow.steps.parking import MAX_ATTEMPTS
from countersign.store.schema.migrate import migrate
from countersign.testing.cards import ApprovalCard
from slack_local.model.wire_log import Attempt
from slack_local.people.threads import Thread
from tests.chaos.faults.postgres_server import open_server
from tests.chaos.faults.small_disk import database_on, fill_up, small_disk, use_up_log
from tests.chaos.fleet import users
from tests.chaos.fleet.bot_fleet import Fleet, Replica, open_fleet
from tests.chaos.fleet.fork_server import ForkServer
from tests.chaos.fleet.invariants import check_invariants, effect_counts
from tests.chaos.fleet.users import wait_for_message
from tests.support.processes.bots import until

FULL = 25.0  # seconds for which it stays full: longer than the outcome of a job is tried to be written
JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A run is held in the node with the effect, a card waits, and nothing else is under way."""

    fleet: Fleet
    bot: Replica
    held: Thread
    waiting: Thread
    card: ApprovalCard

    async def refused(self, *names: str) -> None:
        """Wait until one delivery of each name was not acknowledged."""
        for name in names:
            await until(lambda name=name: self._unacknowledged(name), lambda: "a refusal", 20)  # type: ignore[misc]

    def _unacknowledged(self, name: str) -> list[Attempt]:
        attempts: list[Attempt] = self.fleet.ws.log.attempts(name)
        return [attempt for attempt in attempts if attempt.outcome not in ("sent", "acknowledged")]

    async def assert_completed(self, late: Thread, click: asyncio.Task[None]) -> None:
        """Everything requested is done, exactly once."""
        await click
        await wait_for_message(self.fleet, self.waiting, "Did waiting.")
        await wait_for_message(self.fleet, self.held, "Did held.")
        await users.approve(self.fleet, late, "late")
        await wait_for_message(self.fleet, late, "Did late.")
        await check_invariants(self.fleet)
        assert effect_counts(self.fleet) == {"held": 1, "waiting": 1, "late": 1}


@asynccontextmanager
async def open_scenario(folder: Path, url: str, fork_server: ForkServer) -> AsyncIterator[Scenario]:
    await migrate(url)
    async with open_fleet(folder / "stage", url, fork_server) as fleet, fleet.bot() as bot:
        held = await fleet.ws.carol.mentions("gate: held hold:act")
        await users.approve(fleet, held, "held")
        await fleet.reached("held", "act")
        waiting = await fleet.ws.carol.mentions("gate: waiting")
        card = await users.card_of(fleet, waiting, "waiting")
        await until(lambda: fleet.stage.rows(JOBS) == [(1,)], lambda: "all but the run that is held to end")
        yield Scenario(fleet=fleet, bot=bot, held=held, waiting=waiting, card=card)


async def test_what_could_not_be_saved_is_not_acknowledged_and_done_later(
    tmp_path: Path, fork_server: ForkServer
) -> None:
    """A click, a message and an effect meet tables that cannot grow."""
    with small_disk(96) as disk, open_server() as server:
        url = database_on(disk, server)
        async with open_scenario(tmp_path, url, fork_server) as scenario:
            fleet = scenario.fleet
            fill_up(disk, url)
            click = asyncio.create_task(users.clicks_approve(scenario.card, fleet.ws.bob))
            late = await fleet.ws.carol.mentions("gate: late")
            fleet.release("held", "act")

            await scenario.refused("block_actions", "app_mention")
            await fleet.ws.bob.sees_ephemeral("Nothing was changed")
            assert "No space left on device" in str(scenario.bot.events("listener_failed"))
            assert scenario.card.is_open
            assert not fleet.stage.rows("SELECT 1 FROM countersign.inbox WHERE thread_id = %s", late.id)
            assert fleet.stage.rows(
                "SELECT status FROM countersign.approvals WHERE thread_id = %s", scenario.waiting.id
            ) == [("pending",)]
            assert not effect_counts(fleet)

            disk.make_room()
            await scenario.assert_completed(late, click)


async def test_a_disk_that_stays_full_holds_up_no_thread_for_good(
    tmp_path: Path, fork_server: ForkServer
) -> None:
    with small_disk(96) as disk, open_server() as server:
        url = database_on(disk, server)
        async with open_scenario(tmp_path, url, fork_server) as scenario:
            fill_up(disk, url)
            scenario.fleet.release("held", "act")
            await until(lambda: scenario.bot.events("step_interrupted"), lambda: "the run to be interrupted")
            await asyncio.sleep(FULL)
            disk.make_room()
            await wait_for_message(scenario.fleet, scenario.held, "Did held.", limit=20)


@pytest.mark.long
async def test_a_full_disk_is_not_taken_for_a_step_that_kills(
    tmp_path: Path, fork_server: ForkServer
) -> None:
    """The queue and the count of attempts have room, so the step is tried again and again."""
    with small_disk(96) as disk, open_server() as server:
        url = database_on(disk, server)
        async with open_scenario(tmp_path, url, fork_server) as scenario:
            fill_up(disk, url, but=("countersign.threads", "procrastinate_jobs", "procrastinate_events"))
            scenario.fleet.release("held", "act")
            await until(
                lambda: (
                    scenario.bot.events("thread_parked")
                    or len(scenario.bot.events("step_interrupted")) > MAX_ATTEMPTS
                ),
                lambda: "more tries than a deadly step has",
                90,
            )
            disk.make_room()
            await wait_for_message(scenario.fleet, scenario.held, "Did held.")
            assert not scenario.bot.events("thread_parked")


async def test_a_log_that_cannot_grow_takes_the_server_down_and_nothing_else(
    tmp_path: Path, fork_server: ForkServer
) -> None:
    """PostgreSQL panics and cannot recover before there is room; then its supervisor starts it again."""
    with small_disk(64) as disk, open_server() as server:
        server.log_on(disk.folder)
        async with open_scenario(tmp_path, server.url, fork_server) as scenario:
            fleet = scenario.fleet
            async with server.without_supervisor():
                disk.fill()
                use_up_log(server)
                click = asyncio.create_task(users.clicks_approve(scenario.card, fleet.ws.bob))
                late = await fleet.ws.carol.mentions("gate: late")
                fleet.release("held", "act")
                await scenario.bot.answers("/readyz", 503, 20)
                await scenario.refused("block_actions", "app_mention")
                disk.make_room()
            await scenario.assert_completed(late, click)


async def test_the_embedded_server_is_there_again_once_there_is_room(
    tmp_path: Path, fork_server: ForkServer
) -> None:
    with small_disk(64) as disk, open_server() as server:
        server.log_on(disk.folder)
        async with open_scenario(tmp_path, server.url, fork_server) as scenario:
            disk.fill()
            use_up_log(server)
            await scenario.bot.answers("/readyz", 503, 20)
            disk.make_room()
            await scenario.bot.answers("/readyz", 200, 30)
            scenario.fleet.release("held", "act")
            await wait_for_message(scenario.fleet, scenario.held, "Did held.")
