"""The network between the bot and PostgreSQL falls silent: no error, no end, and no answer."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from countersign.store.migrate import migrate
from slack_local.people.threads import Card, Thread
from tests.chaos import people
from tests.chaos.crew import Crew, Replica, open_crew
from tests.chaos.forge import Forge
from tests.chaos.networks import Network, Silence, open_network
from tests.chaos.people import says
from tests.chaos.promises import Rows, all_kept, effects
from tests.chaos.server import open_server
from tests.support.bots import until

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux drops packets at a socket's filter"
)
BUSY = """
SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
UNION ALL SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND a.datname = current_database()
"""
PATIENCE = 75.0  # seconds in which a bot that gives silent connections up has done all that waited


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A card waits, and nothing else is under way."""

    crew: Crew
    bot: Replica
    network: Network
    waiting: Thread
    card: Card

    def click(self) -> asyncio.Task[None]:
        return asyncio.create_task(people.presses(self.card, self.crew.ws.bob))

    async def refused(self) -> None:
        """Wait until a click and a message were not acknowledged."""

        def seen() -> bool:
            attempts = self.crew.ws.log.attempts()
            given_up = {a.name for a in attempts if a.outcome not in ("sent", "acknowledged")}
            return given_up >= {"block_actions", "app_mention"}

        await until(seen, lambda: "a click and a message to be refused", 20)

    async def come_true(self, late: Thread, click: asyncio.Task[None]) -> None:
        """What was wished for during the silence is done, once."""
        await says(self.crew, self.waiting, "Did waiting.", limit=PATIENCE)
        await people.approved(self.crew, late, "late")
        await says(self.crew, late, "Did late.", limit=PATIENCE)
        await click
        await all_kept(self.crew)


@pytest_asyncio.fixture(loop_scope="session")
async def far_crew(tmp_path: Path, forge: Forge) -> AsyncIterator[Crew]:
    """A crew whose database is reached through TCP alone, so that each end has to notice a loss itself."""
    with open_server() as server:
        await server.over_tcp()
        await migrate(server.url)
        async with open_crew(tmp_path / "stage", server.url, forge) as crew:
            yield crew


@asynccontextmanager
async def open_scene(crew: Crew) -> AsyncIterator[Scene]:
    async with (
        open_network(crew.stage.database_url) as network,
        crew.bot(DATABASE_URL=network.url) as bot,
    ):
        waiting = await crew.ws.carol.mentions("gate: waiting")
        card = await people.card_of(crew, waiting, "waiting")
        await until(lambda: not crew.stage.rows(BUSY), lambda: "the card's run to end")
        try:
            yield Scene(crew=crew, bot=bot, network=network, waiting=waiting, card=card)
        except AssertionError as error:
            picture = await Rows(crew.stage.database_url).picture()
            raise AssertionError(f"{error}\n{picture}\n{bot.said[-3000:]}") from error


async def test_packets_that_are_lost_for_a_while_take_nothing_with_them(crew: Crew) -> None:
    """Connections live through what is shorter than 20 seconds: what was said is said again."""
    async with open_scene(crew) as scene:
        held = await crew.ws.carol.mentions("gate: held hold:act")
        await people.approved(crew, held, "held")
        await crew.reached("held", "act")
        scene.network.fall_silent(Silence.LOST)
        click = scene.click()
        late = await crew.ws.carol.mentions("gate: late")
        crew.let_go("held", "act")
        await scene.refused()
        assert not effects(crew)
        scene.network.come_back(old_ones=True)
        await says(crew, held, "Did held.", limit=PATIENCE)
        await scene.come_true(late, click)
    assert effects(crew) == {"held": 1, "waiting": 1, "late": 1}


@pytest.mark.long
@pytest.mark.timeout(240)
@pytest.mark.parametrize("silence", Silence, ids=lambda silence: silence.value)
async def test_connections_that_stay_silent_are_given_up(crew: Crew, silence: Silence) -> None:
    """Nobody tells the bot: it finds out by itself, and makes new ones."""
    async with open_scene(crew) as scene:
        scene.network.fall_silent(silence)
        click = scene.click()
        late = await crew.ws.carol.mentions("gate: late")
        await scene.refused()
        await scene.bot.answers("/readyz", 503, 20)
        scene.network.come_back(old_ones=False)
        await scene.bot.answers("/readyz", 200, PATIENCE)
        await scene.come_true(late, click)
    assert effects(crew) == {"waiting": 1, "late": 1}


@pytest.mark.timeout(240)
async def test_a_run_whose_packets_are_lost_for_good_goes_on(far_crew: Crew) -> None:
    """The server must notice too: the lost session holds the thread's lock."""
    crew = far_crew
    async with open_scene(crew) as scene:
        held = await crew.ws.carol.mentions("gate: held hold:act")
        await people.approved(crew, held, "held")
        await crew.reached("held", "act")
        scene.network.fall_silent(Silence.LOST)
        crew.let_go("held", "act")
        await scene.bot.answers("/readyz", 503, 20)
        scene.network.come_back(old_ones=False)
        await says(crew, held, "Did held.", limit=PATIENCE)
    assert effects(crew) == {"held": 1}
