"""A bot as a child process: started, waited for until it is ready, stopped, killed, started again."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

READY_SECONDS = 60.0
STOP_SECONDS = 30.0
TAIL_LINES = 25


class BotDownError(Exception):
    """The bot did not start, or did not keep running; the text says which, and how its log ends."""


class BotRefusedError(BotDownError):
    """The bot refused to start with what it was given, such as a setting or a file that is wrong.

    `reason` is the bot's own sentence about it.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class BotProcess:
    """`command` as a process in `folder`, with exactly this environment.

    `ready` returns once the bot can be used; it is called at each start and cancelled when the bot ends. What
    the bot prints goes to `log`, or where our own output goes without one. `inherited_fds` are file
    descriptors that the bot inherits; `on_started` is called with its process id. The bot runs in a session
    of its own, so a Ctrl-C reaches only us.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        ready: Callable[[], Awaitable[object]],
        folder: Path,
        log: Path | None = None,
        inherited_fds: Sequence[int] = (),
        on_started: Callable[[int], None] = lambda _pid: None,
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(environment)
        self._ready = ready
        self._folder = folder
        self._inherited_fds = tuple(inherited_fds)
        self._on_started = on_started
        self._process: asyncio.subprocess.Process | None = None
        self._log_start = 0
        self.log = log

    @property
    def pid(self) -> int | None:
        """The process id while the bot runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def set_environment(self, environment: Mapping[str, str]) -> None:
        """Use this environment from the next start on."""
        self._environment = dict(environment)

    async def start(self, *, limit: float = READY_SECONDS) -> None:
        """Start the bot and wait until it is ready.

        Raises `BotRefusedError` when the bot says why it does not start, `BotDownError` when it ends
        otherwise, cannot be executed, or is not ready within `limit` seconds.
        """
        assert self.pid is None, "it runs already"
        process = self._process = await self._execute()
        self._on_started(process.pid)
        ready, ended = asyncio.ensure_future(self._ready()), asyncio.create_task(process.wait())
        try:
            await asyncio.wait({ready, ended}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise self._start_error(_ending(process.returncode))
            if not ready.done():
                raise BotDownError(f"The bot was not ready within {limit:g} s.\n{self.tail()}")
            ready.result()
        except BaseException:
            await self.stop()
            raise
        finally:
            ready.cancel()
            ended.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)

    async def _execute(self) -> asyncio.subprocess.Process:
        with contextlib.ExitStack() as stack:
            output = None
            if self.log is not None:
                output = stack.enter_context(self.log.open("ab"))
                self._log_start = output.tell()
            try:
                return await asyncio.create_subprocess_exec(
                    *self._command,
                    cwd=self._folder, env=self._environment, pass_fds=self._inherited_fds,
                    start_new_session=True, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                )  # fmt: skip
            except OSError as error:
                raise BotDownError(
                    f"{self._command[0]} cannot be started: {error.strerror or error}."
                ) from None

    def _start_error(self, ending: str) -> BotDownError:
        """The error for a bot that ended before it was ready."""
        return BotDownError(f"The bot ended while it started ({ending}).\n{self.tail()}")

    async def wait_until_ended(self) -> str:
        """Wait until the bot ends, whatever the cause; returns how it ended: an exit code or a signal."""
        assert self._process is not None
        return _ending(await self._process.wait())

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL if the bot has not ended after 30 seconds."""
        if self._process is None or self.pid is None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        if self._process is not None and self.pid is not None:
            self._process.kill()
            await self._process.wait()

    def tail(self, lines: int = TAIL_LINES) -> str:
        """The last lines that the bot logged since its start; empty without a log."""
        if self.log is None:
            return ""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            logged = log.read().decode(errors="replace").splitlines()[-lines:]
        where = f"The whole log is {self.log}."
        if not logged:
            return f"Its log is empty. {where}"
        return "\n".join(["Its log ends:", *(f"  {line}" for line in logged), where])


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"
