"""PostgreSQL's disk is full: nothing counts as saved that is not, and with room again all of it is done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from countersign.flow.steps.thread_runner import MAX_ATTEMPTS
from countersign.store.migrate import migrate
from slack_local.model.wire_log import Attempt
from slack_local.people.threads import Card, Thread
from tests.chaos import people
from tests.chaos.crew import Crew, Replica, open_crew
from tests.chaos.disks import database_on, fill_up, small_disk, use_up_log
from tests.chaos.forge import Forge
from tests.chaos.people import says
from tests.chaos.promises import all_kept, effects
from tests.chaos.server import open_server
from tests.support.bots import until

FULL = 25.0  # seconds for which it stays full: longer than the outcome of a job is tried to be written
JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A run is held in the node with the effect, a card waits, and nothing else is under way."""

    crew: Crew
    bot: Replica
    held: Thread
    waiting: Thread
    card: Card

    async def refused(self, *names: str) -> None:
        """Wait until one delivery of each name was not acknowledged."""
        for name in names:
            await until(lambda name=name: self._unacknowledged(name), lambda: "a refusal", 20)  # type: ignore[misc]

    def _unacknowledged(self, name: str) -> list[Attempt]:
        attempts: list[Attempt] = self.crew.ws.log.attempts(name)
        return [attempt for attempt in attempts if attempt.outcome not in ("sent", "acknowledged")]

    async def come_true(self, late: Thread, click: asyncio.Task[None]) -> None:
        """All that was wished for is done, once, and is all there is."""
        await click
        await says(self.crew, self.waiting, "Did waiting.")
        await says(self.crew, self.held, "Did held.")
        await people.approved(self.crew, late, "late")
        await says(self.crew, late, "Did late.")
        await all_kept(self.crew)
        assert effects(self.crew) == {"held": 1, "waiting": 1, "late": 1}


@asynccontextmanager
async def open_scene(folder: Path, url: str, forge: Forge) -> AsyncIterator[Scene]:
    await migrate(url)
    async with open_crew(folder / "stage", url, forge) as crew, crew.bot() as bot:
        held = await crew.ws.carol.mentions("gate: held hold:act")
        await people.approved(crew, held, "held")
        await crew.reached("held", "act")
        waiting = await crew.ws.carol.mentions("gate: waiting")
        card = await people.card_of(crew, waiting, "waiting")
        await until(lambda: crew.stage.rows(JOBS) == [(1,)], lambda: "all but the run that is held to end")
        yield Scene(crew=crew, bot=bot, held=held, waiting=waiting, card=card)


async def test_what_could_not_be_saved_is_not_acknowledged_and_done_later(
    tmp_path: Path, forge: Forge
) -> None:
    """A click, a message and an effect meet tables that cannot grow."""
    with small_disk(96) as disk, open_server() as server:
        url = database_on(disk, server)
        async with open_scene(tmp_path, url, forge) as scene:
            crew = scene.crew
            fill_up(disk, url)
            click = asyncio.create_task(people.presses(scene.card, crew.ws.bob))
            late = await crew.ws.carol.mentions("gate: late")
            crew.let_go("held", "act")

            await scene.refused("block_actions", "app_mention")
            await crew.ws.bob.sees_ephemeral("nothing was done")
            assert "No space left on device" in str(scene.bot.events("listener_failed"))
            assert scene.card.is_open
            assert not crew.stage.rows("SELECT 1 FROM countersign.inbox WHERE thread_id = %s", late.id)
            assert crew.stage.rows(
                "SELECT status FROM countersign.approvals WHERE thread_id = %s", scene.waiting.id
            ) == [("pending",)]
            assert not effects(crew)

            disk.make_room()
            await scene.come_true(late, click)


async def test_a_disk_that_stays_full_holds_up_no_thread_for_good(tmp_path: Path, forge: Forge) -> None:
    with small_disk(96) as disk, open_server() as server:
        url = database_on(disk, server)
        async with open_scene(tmp_path, url, forge) as scene:
            fill_up(disk, url)
            scene.crew.let_go("held", "act")
            await until(lambda: scene.bot.events("run_failed"), lambda: "the run to fail")
            await asyncio.sleep(FULL)
            disk.make_room()
            await says(scene.crew, scene.held, "Did held.", limit=20)


@pytest.mark.long
async def test_a_full_disk_is_not_taken_for_a_step_that_kills(tmp_path: Path, forge: Forge) -> None:
    """The queue and the count of attempts have room, so the step is tried again and again."""
    with small_disk(96) as disk, open_server() as server:
        url = database_on(disk, server)
        async with open_scene(tmp_path, url, forge) as scene:
            fill_up(disk, url, but=("countersign.threads", "procrastinate_jobs", "procrastinate_events"))
            scene.crew.let_go("held", "act")
            await until(
                lambda: (
                    scene.bot.events("thread_parked") or len(scene.bot.events("run_failed")) > MAX_ATTEMPTS
                ),
                lambda: "more tries than a deadly step has",
                90,
            )
            disk.make_room()
            await says(scene.crew, scene.held, "Did held.")
            assert not scene.bot.events("thread_parked")


async def test_a_log_that_cannot_grow_takes_the_server_down_and_nothing_else(
    tmp_path: Path, forge: Forge
) -> None:
    """PostgreSQL panics and cannot recover before there is room; then its supervisor starts it again."""
    with small_disk(64) as disk, open_server() as server:
        server.log_on(disk.folder)
        async with open_scene(tmp_path, server.url, forge) as scene:
            crew = scene.crew
            async with server.without_supervisor():
                disk.fill()
                use_up_log(server)
                click = asyncio.create_task(people.presses(scene.card, crew.ws.bob))
                late = await crew.ws.carol.mentions("gate: late")
                crew.let_go("held", "act")
                await scene.bot.answers("/readyz", 503, 20)
                await scene.refused("block_actions", "app_mention")
                disk.make_room()
            await scene.come_true(late, click)


async def test_the_embedded_server_is_there_again_once_there_is_room(tmp_path: Path, forge: Forge) -> None:
    with small_disk(64) as disk, open_server() as server:
        server.log_on(disk.folder)
        async with open_scene(tmp_path, server.url, forge) as scene:
            disk.fill()
            use_up_log(server)
            await scene.bot.answers("/readyz", 503, 20)
            disk.make_room()
            await scene.bot.answers("/readyz", 200, 30)
            scene.crew.let_go("held", "act")
            await says(scene.crew, scene.held, "Did held.")
