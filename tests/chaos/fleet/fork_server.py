"""A process that has imported the bot and forks it on demand: a bot starts in a tenth of a second.

Importing the bot takes seconds of processor time, and a suite that kills hundreds of bots cannot afford it.
The fork runs the real `python -m bot` from its first line on: its own process and session, with its own
environment, folder and log.

As a program it reads one JSON object per line, `{"id", "arguments", "environment", "folder", "log"}`, and
writes `{"id", "pid"}` when that bot was started and `{"pid", "code"}` when one ended.
"""

import asyncio
import json
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.processes.bots import ROOT


@dataclass
class Forked:
    """A forked bot, with what `asyncio.subprocess.Process` offers of it."""

    pid: int
    ended: asyncio.Future[int]

    @property
    def returncode(self) -> int | None:
        return self.ended.result() if self.ended.done() else None

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it ended just now, and the fork server is about to report it
            if not self.ended.done():
                os.kill(self.pid, number)

    async def wait(self) -> int:
        return await asyncio.shield(self.ended)


@dataclass
class ForkServer:
    _process: asyncio.subprocess.Process
    _number: int = 0
    _started: dict[int, asyncio.Future[Forked]] = field(default_factory=dict)
    _running: dict[int, Forked] = field(default_factory=dict)

    async def start(
        self, arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path, log: Path
    ) -> Forked:
        self._number += 1
        order = {
            "id": self._number,
            "arguments": arguments,
            "environment": dict(environment),
            "folder": str(folder),
            "log": str(log),
        }
        started: asyncio.Future[Forked] = asyncio.get_running_loop().create_future()
        self._started[self._number] = started
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await started

    async def listen(self) -> None:
        """Receive reports of starts and ends until the fork server ends."""
        assert self._process.stdout is not None
        loop = asyncio.get_running_loop()
        async for line in self._process.stdout:
            told = json.loads(line)
            if "id" in told:
                forked = Forked(told["pid"], loop.create_future())
                self._running[forked.pid] = forked
                self._started.pop(told["id"]).set_result(forked)
            else:
                self._running.pop(told["pid"]).ended.set_result(told["code"])


@asynccontextmanager
async def open_fork_server() -> AsyncIterator[ForkServer]:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "bot"), str(ROOT)]),
        "LANGGRAPH_STRICT_MSGPACK": "true",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.fleet.fork_server",
        cwd=ROOT, env=environment, start_new_session=True,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    fork_server = ForkServer(process)
    listening = asyncio.create_task(fork_server.listen())
    try:
        yield fork_server
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening


def main() -> None:
    import countersign.__main__
    import countersign.app  # noqa: F401 -- this is what takes so long
    import graphs.assistant.graph  # noqa: F401 -- so does this

    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    waiting = b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _report_ends()
        if 0 in ready:
            given = os.read(0, 65536)
            if not given:
                return
            *orders, waiting = (waiting + given).split(b"\n")
            for order in orders:
                _fork(json.loads(order))


def _report_ends() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _tell({"pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _fork(order: dict[str, Any]) -> None:
    pid = os.fork()
    if pid:
        _tell({"id": order["id"], "pid": pid})
        return
    code = 1
    try:
        _become(order)
        from countersign.__main__ import main as bot

        code = bot(order["arguments"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(order: dict[str, Any]) -> None:
    """Set this process up as a freshly started one."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for old, new in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(old, new)


def _tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
