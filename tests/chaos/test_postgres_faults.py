"""A PostgreSQL that goes and comes back under a bot at work, and one that keeps everybody waiting."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from bot.store.embedded import EmbeddedPostgres
from bot.store.migrate import migrate
from tests.chaos import people
from tests.chaos.crew import Crew, open_crew
from tests.chaos.forge import Forge
from tests.chaos.people import says
from tests.chaos.promises import all_kept, effects
from tests.support.bots import until

AWAY = 2.0  # seconds
WAITING = """
SELECT DISTINCT pid FROM pg_locks
WHERE NOT granted AND relation IN ('countersign.inbox'::regclass, 'countersign.approvals'::regclass)
"""


class Server:
    """A server of a test's own that can go and come back, with its data and its address kept."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-tests-"))
        self.folder.chmod(0o755)  # as root, PostgreSQL runs as somebody else
        self._use = EmbeddedPostgres(self.folder, durable=False)
        self._again: subprocess.Popen[bytes] | None = None
        self.url = self._use.start()

    def postmaster(self) -> psutil.Process:
        (pid_file,) = self.folder.glob("postgres/cluster-*/postmaster.pid")
        return psutil.Process(int(pid_file.read_text().split()[0]))

    @asynccontextmanager
    async def killed(self) -> AsyncIterator[None]:
        """SIGKILL; its keeper starts it again, and the block may find it there already."""
        process = self.postmaster()
        process.kill()
        await until(lambda: not process.is_running(), lambda: "the server to die")
        yield

    @asynccontextmanager
    async def stopped(self) -> AsyncIterator[None]:
        """Stopped for the block in an orderly way, which its keeper does not undo, and started by us."""
        process = self.postmaster()
        command, uid, gid = process.cmdline(), process.uids().real, process.gids().real
        (sockets,) = (Path(word.partition("=")[2]) for word in command if "socket_directories=" in word)
        process.send_signal(signal.SIGINT)
        await until(lambda: not sockets.exists(), lambda: "the server and its keeper to end")
        yield
        sockets.mkdir(mode=0o700)
        shutil.chown(sockets, uid, gid)
        as_root = os.geteuid() == 0
        self._again = subprocess.Popen(  # noqa: ASYNC220 -- its own command, and it does not wait
            command, cwd="/", stdin=subprocess.DEVNULL, start_new_session=True,
            user=uid if as_root else None, group=gid if as_root else None,
            extra_groups=[] if as_root else None,
        )  # fmt: skip

    def end(self) -> None:
        if self._again is not None:
            self._again.send_signal(signal.SIGQUIT)
            self._again.wait(10)
        self._use.stop()
        shutil.rmtree(self.folder)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.end()


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
