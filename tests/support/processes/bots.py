"""The bot as processes of its own: `python -m bot serve`, `worker`, whatever a test wants to stop or kill."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

ROOT = Path(__file__).parents[3]
READY_SECONDS = 50.0
STOP_SECONDS = 20.0
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_FOREIGN = ("OPENAI_", "SLACK_", "DATABASE_", "DEMO_", "PG")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")

T = TypeVar("T")


async def until(look: Callable[[], T | None], told: Callable[[], str], seconds: float = 10.0) -> T:
    """The first true thing that `look` finds, for what announces itself to nobody, such as files and rows.

    Fails with `told` after so many seconds.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := look()):
        assert asyncio.get_running_loop().time() < deadline, f"waited {seconds:g} s for {told()}"
        await asyncio.sleep(0.02)
    return found


@dataclass
class BotProcess:
    """One `python -m bot ...`, which works in `folder` and logs there."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    name: str = "bot"
    module: str = "bot"
    process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _start: int = field(default=0, init=False)

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def said(self) -> str:
        """All that it wrote since it was last started."""
        return self.log.read_bytes()[self._start :].decode(errors="replace") if self.log.exists() else ""

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log's entries of this name since it was last started."""
        return [entry for entry in self.entries() if entry.get("event") == name]

    def entries(self) -> Iterator[dict[str, Any]]:
        for line in self.said.splitlines():
            if line.startswith("{"):
                yield json.loads(line)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start it, without waiting for it."""
        assert not self.running, "it runs already"
        with self.log.open("ab") as log:
            self._start = log.tell()
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.module, *self.arguments,
                cwd=self.folder, env=dict(self.environment), start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    async def ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait for the event `ready` and, where it serves, until /readyz says 200."""

        def look() -> bool:
            assert self.running, f"the {self.name} ended while it started:\n{self.said}"
            return bool(self.events("ready"))

        await until(look, lambda: f"the {self.name} to be ready:\n{self.said}", seconds)
        if "serve" in self.arguments:
            await self.answers("/readyz", 200, seconds)

    async def answers(self, path: str, status: int, seconds: float = 10.0) -> str:
        """Wait until the HTTP server answers so, and give the body."""
        seen: list[tuple[int, str]] = []

        async def ask() -> None:
            while not seen or seen[-1][0] != status:
                seen.append(await self.get(path))
                await asyncio.sleep(0.02)

        try:
            await asyncio.wait_for(ask(), seconds)
        except TimeoutError:
            raise AssertionError(f"{path} did not answer {status}: {seen[-1:]}\n{self.said}") from None
        return seen[-1][1]

    async def get(self, path: str) -> tuple[int, str]:
        """Status and body of a GET at the bot's HTTP server; (0, "") while nobody is there."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as client,
                client.get(self.address + path) as answer,
            ):
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return 0, ""

    @property
    def address(self) -> str:
        """`http://127.0.0.1:<port>` of the server that listened last: waiting for Slack has one too."""
        heard = self.events("listening")[-1]
        found = _ADDRESS.search(heard["address"])
        assert found, heard
        return found[0]

    async def ends(self, seconds: float = STOP_SECONDS) -> int:
        """Wait until it ends, and give the exit code."""
        assert self.process is not None
        try:
            return await asyncio.wait_for(self.process.wait(), seconds)
        except TimeoutError:
            raise AssertionError(f"the {self.name} does not end:\n{self.said}") from None

    async def stop(self) -> int:
        """SIGTERM; gives the exit code."""
        assert self.process is not None
        self.process.terminate()
        return await self.ends()

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        assert self.process is not None
        if self.running:
            self.process.kill()
        await self.process.wait()

    async def again(self) -> None:
        """Start it anew and wait until it is ready."""
        await self.start()
        await self.ready()


def bot_environment(
    slack: Mapping[str, str],
    database_url: str,
    *,
    config: Path,
    model_url: str | None = None,
    **more: str,
) -> dict[str, str]:
    """The bot's whole environment: ours without what would point it anywhere else."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN) and k not in _PROXIES}
    model = {"OPENAI_BASE_URL": model_url} if model_url else {}
    return own | {
        "DATABASE_URL": database_url,
        "LANGGRAPH_CONFIG": str(config),
        "PORT": "0",
        "LOG_FORMAT": "json",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]]),
        **model,
        **slack,
        **more,
    }


@asynccontextmanager
async def bot_process(
    *arguments: str, environment: Mapping[str, str], folder: Path, name: str = "bot", wait: bool = True
) -> AsyncIterator[BotProcess]:
    """A bot that runs with the block and not after it, however that goes."""
    bot = BotProcess(arguments, environment, folder, name)
    try:
        await bot.start()
        if wait:
            await bot.ready()
        yield bot
    finally:
        await bot.kill()


@contextmanager
def printed_on_failure(*bots: BotProcess) -> Iterator[None]:
    """Show what the bots said when the block fails."""
    try:
        yield
    except AssertionError:
        for bot in bots:
            print(f"--- {bot.name} said:\n{bot.said[-4000:]}")
        raise
