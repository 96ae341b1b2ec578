"""A PostgreSQL that goes and comes back under a bot at work, and one that keeps everybody waiting."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from countersign.store.migrate import migrate
from tests.chaos import people
from tests.chaos.crew import Crew, open_crew
from tests.chaos.forge import Forge
from tests.chaos.people import says
from tests.chaos.promises import all_kept, effects
from tests.chaos.server import Server, open_server
from tests.support.bots import until

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
    server: Server, how: str, tmp_path: Path, forge: Forge
) -> None:
    """A card waits, a run is in a node; a click and a message come while the server is away."""
    await migrate(server.url)
    async with open_crew(tmp_path / "stage", server.url, forge) as crew, crew.bot():
        held = await crew.ws.carol.mentions("gate: held hold:act")
        await people.approved(crew, held, "held")
        await crew.reached("held", "act")
        waiting = await crew.ws.carol.mentions("gate: waiting")
        card = await people.card_of(crew, waiting, "waiting")

        async with getattr(server, how)():
            click = asyncio.create_task(people.presses(card, crew.ws.bob))
            late = await crew.ws.carol.mentions("gate: late")
            crew.let_go("held", "act")
            await asyncio.sleep(AWAY if how == "stopped" else 0)

        await click
        await says(crew, waiting, "Did waiting.")
        await says(crew, held, "Did held.")
        await people.approved(crew, late, "late")
        await says(crew, late, "Did late.")
        await all_kept(crew)
        assert effects(crew) == {"held": 1, "waiting": 1, "late": 1}


@pytest.mark.long
async def test_a_bot_that_is_told_to_stop_ends_though_the_server_is_away(
    server: Server, tmp_path: Path, forge: Forge
) -> None:
    """It cannot write what became of its job, so it leaves that to the next one."""
    await migrate(server.url)
    async with open_crew(tmp_path / "stage", server.url, forge) as crew:
        async with crew.bot(SHUTDOWN_GRACE="1") as bot:
            held = await crew.ws.carol.mentions("gate: held hold:act")
            await people.approved(crew, held, "held")
            await crew.reached("held", "act")
            async with server.stopped():
                crew.let_go("held", "act")
                await bot.answers("/readyz", 503, 20)
                bot.send(signal.SIGTERM)
                assert await bot.ends(60) == 0
        async with crew.bot():
            await says(crew, held, "Did held.")
            await all_kept(crew)
            assert effects(crew) == {"held": 1}


@pytest.mark.parametrize("seconds", [2.5, 4.0], ids=["in-time", "too-late-to-acknowledge"])
async def test_a_server_that_keeps_everybody_waiting(crew: Crew, seconds: float) -> None:
    """What a message and a click write to is locked; after three seconds Slack takes neither for told."""
    async with crew.bot():
        first = await crew.ws.carol.mentions("gate: first")
        card = await people.card_of(crew, first, "first")
        async with await psycopg.AsyncConnection.connect(crew.stage.database_url) as other:
            await other.execute("LOCK TABLE countersign.inbox, countersign.approvals")
            locked = asyncio.get_running_loop().time()
            click = asyncio.create_task(people.presses(card, crew.ws.bob))
            second = await crew.ws.carol.mentions("gate: second")
            await until(
                lambda: len(crew.stage.rows(WAITING)) > 1,
                lambda: "the message and the click to wait",
            )
            await asyncio.sleep(locked + seconds - asyncio.get_running_loop().time())
        await click
        await says(crew, first, "Did first.")
        await people.approved(crew, second, "second")
        await says(crew, second, "Did second.")
        await all_kept(crew)
        assert effects(crew) == {"first": 1, "second": 1}
