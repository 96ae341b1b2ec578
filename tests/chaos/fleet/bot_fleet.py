"""A fleet: several bots on one database, in one workspace, to be killed, paused, stopped and restarted."""

import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.chaos.fleet.fork_server import ForkServer
from tests.support.processes.bots import ROOT, BotProcess, until
from tests.support.stage import Stage, open_stage

GRAPHS = {
    "gate": "tests/chaos/fleet/crash_graphs.py:gate",
    "echo": "tests/chaos/fleet/crash_graphs.py:echo",
    "doomed": "tests/chaos/fleet/crash_graphs.py:doomed",
    "assistant": "graphs/assistant/graph.py:graph",
    "hasty": "tests/chaos/fleet/short_timeout_agent.py:graph",
}
# Slack retries an event three times; a suite that kills every bot needs more.
RETRIES = (0.1, 0.2, 0.5, *[1.0] * 200)


@dataclass
class Replica(BotProcess):
    """A bot process forked from the fork server."""

    fork_server: ForkServer | None = None

    async def start(self) -> None:
        assert self.fork_server is not None
        assert not self.running, "it runs already"
        self._start = self.log.stat().st_size if self.log.exists() else 0
        forked = await self.fork_server.start(self.arguments, self.environment, self.folder, self.log)
        self.process = forked  # type: ignore[assignment]  # it has what BotProcess asks of a process

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def stop(self) -> int:
        self.send(signal.SIGTERM)
        return await self.ends()

    async def kill(self) -> None:
        if self.process is not None:
            self.send(signal.SIGKILL)
            await self.process.wait()


@dataclass(frozen=True, kw_only=True)
class Fleet:
    stage: Stage
    fork_server: ForkServer

    @property
    def ws(self) -> Any:
        return self.stage.ws

    @property
    def folder(self) -> Path:
        """Where the graphs record their visits and wait to be released."""
        return self.stage.notes

    @asynccontextmanager
    async def bot(
        self, *arguments: str, name: str = "bot", wait: bool = True, **more: str
    ) -> AsyncIterator[Replica]:
        """`serve` unless told otherwise; gone with the block."""
        own = {
            "CHAOS_FOLDER": str(self.folder),
            "CHAOS_CHANNEL": self.stage.ws.channel_id("ops"),
            "DEFAULT_GRAPH": "gate",
        }
        replica = Replica(
            arguments or ("serve",),
            self.stage.environment(**(own | more)),
            self.stage.folder,
            name,
            fork_server=self.fork_server,
        )
        try:
            await replica.start()
            if wait:
                await replica.ready()
            yield replica
        finally:
            await replica.kill()

    async def reached(self, request: str, at: str, seconds: float = 20.0) -> None:
        """Wait until this request's run is blocked there."""
        path = self.folder / f"{request}.{at}.reached"
        await until(path.exists, lambda: f"{request} to reach {at}", seconds)

    def release(self, request: str, at: str) -> None:
        (self.folder / f"{request}.{at}.go").touch()

    def visits(self, request: str, at: str) -> list[int]:
        """The process ids of the runs that visited this point, one per visit."""
        path = self.folder / f"{request}.{at}.visits"
        return [int(line) for line in path.read_text().split()] if path.exists() else []


@asynccontextmanager
async def open_fleet(
    folder: Path, database_url: str, fork_server: ForkServer, **more: Any
) -> AsyncIterator[Fleet]:
    async with open_stage(folder, database_url, **({"retry_schedule": RETRIES} | more)) as stage:
        config = folder / "chaos.json"
        graphs = {name: str(ROOT / where) for name, where in GRAPHS.items()}
        config.write_text(json.dumps({"dependencies": [str(ROOT)], "graphs": graphs}))
        yield Fleet(stage=replace(stage, config=config), fork_server=fork_server)
