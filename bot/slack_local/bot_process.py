"""The bot as a child process of the demo: started, watched, stopped, killed, started again."""

import asyncio
import contextlib
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

READY_SECONDS = 60.0  # the first start makes a PostgreSQL cluster and its tables
STOP_SECONDS = 30.0  # longer than the bot's own grace and PostgreSQL's last checkpoint
LOOK_AGAIN = 0.05
TAIL_LINES = 25
_LISTENING = re.compile(rb"listening\b.*?(http://[\w.\[\]:]+:\d+)")
_REFUSAL = re.compile(rb"^countersign: (.+)$", re.MULTILINE)


class BotDownError(Exception):
    """The bot did not come up, or did not stay up; the text says which, and how its log ends."""


class BotRefusedError(BotDownError):
    """The bot would not start with what it was given, such as a graph that cannot be imported.

    `reason` is the bot's own sentence about it.
    """

    def __init__(self, reason: str, told: str) -> None:
        super().__init__(told)
        self.reason = reason


class BotProcess:
    """`command` in `folder`, with exactly this environment; what it says goes to `log`.

    `keep_open` are file descriptors that the bot inherits; `started` hears its process id at once. It runs in
    a session of its own, so that a Ctrl-C reaches the demo alone, which then stops the bot in order.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        command: Sequence[str],
        folder: Path,
        log: Path,
        keep_open: Sequence[int] = (),
        started: Callable[[int], None] = lambda _pid: None,
    ) -> None:
        self._environment = dict(environment)
        self._command = tuple(command)
        self._folder = folder
        self._keep_open = tuple(keep_open)
        self._started = started
        self._process: asyncio.subprocess.Process | None = None
        self._log_start = 0
        self.log = log

    @property
    def pid(self) -> int | None:
        """The process id while the bot runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def address(self) -> str | None:
        """`http://host:port` of the bot's own door, while it runs and has said where that is."""
        found = _LISTENING.search(self._said()) if self.pid is not None else None
        return found[1].decode() if found else None

    def surround(self, environment: Mapping[str, str]) -> None:
        """Give the bot another environment from its next start on."""
        self._environment = dict(environment)

    async def start(self, *, limit: float = READY_SECONDS) -> None:
        """Start the bot; return once it is ready.

        Raises `BotRefusedError` when it says why it does not, `BotDownError` when it ends otherwise or is
        not ready within `limit` seconds.
        """
        assert self.pid is None, "it runs already"
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=self._folder, env=self._environment, pass_fds=self._keep_open, start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._started(self._process.pid)
        try:
            async with asyncio.timeout(limit):
                await self._ready(self._process)
        except TimeoutError:
            await self.stop()
            raise BotDownError(f"The bot was not ready within {limit:g} s.\n{self.tail()}") from None

    async def _ready(self, process: asyncio.subprocess.Process) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as client:
            while process.returncode is None:
                if (address := self.address) and await _is_ready(client, address):
                    return
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), LOOK_AGAIN)
        told = f"The bot ended while it started ({_ending(process.returncode)}).\n{self.tail()}"
        if process.returncode == 1 and (refusal := _REFUSAL.search(self._said())):
            raise BotRefusedError(refusal[1].decode(errors="replace"), told)
        raise BotDownError(told)

    def _said(self) -> bytes:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read()

    async def ended(self) -> str:
        """Wait until the bot ends, whatever the cause; returns how it ended, in words."""
        assert self._process is not None
        return _ending(await self._process.wait())

    async def stop(self) -> None:
        """Let the bot drain and end; kill it if it takes too long."""
        if self._process is None or self.pid is None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End the bot at once, without a word (SIGKILL)."""
        if self._process is not None and self.pid is not None:
            self._process.kill()
            await self._process.wait()

    def tail(self, lines: int = TAIL_LINES) -> str:
        """The end of what the bot said since it was last started, or that it said nothing."""
        said = self._said().decode(errors="replace").splitlines()[-lines:]
        where = f"The whole log is {self.log}."
        if not said:
            return f"It said nothing. {where}"
        return "\n".join(["Its log ends:", *(f"  {line}" for line in said), where])


async def _is_ready(client: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with client.get(f"{address}/readyz") as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"
