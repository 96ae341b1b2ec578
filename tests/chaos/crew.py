"""Several bots on one database, in one workspace, to be killed, paused, stopped and started again."""

import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.chaos.forge import Forge
from tests.support.bots import ROOT, BotProcess, until
from tests.support.stage import Stage, open_stage

GRAPHS = {
    "gate": "tests/chaos/graphs_to_kill.py:gate",
    "echo": "tests/chaos/graphs_to_kill.py:echo",
    "doomed": "tests/chaos/graphs_to_kill.py:doomed",
    "assistant": "graphs/assistant/graph.py:graph",
    "hasty": "tests/chaos/hasty_agent.py:graph",
}
# Slack gives up on an event after three retries; a suite that kills every bot there is asks for more.
RETRIES = (0.1, 0.2, 0.5, *[1.0] * 200)


@dataclass
class Replica(BotProcess):
    """A bot from the forge."""

    forge: Forge | None = None

    async def start(self) -> None:
        assert self.forge is not None
        assert not self.running, "it runs already"
        self._start = self.log.stat().st_size if self.log.exists() else 0
        forked = await self.forge.start(self.arguments, self.environment, self.folder, self.log)
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
class Crew:
    stage: Stage
    forge: Forge

    @property
    def ws(self) -> Any:
        return self.stage.ws

    @property
    def folder(self) -> Path:
        """Where the graphs note what they pass and wait to be let go."""
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
            forge=self.forge,
        )
        try:
            await replica.start()
            if wait:
                await replica.ready()
            yield replica
        finally:
            await replica.kill()

    async def reached(self, wish: str, at: str, seconds: float = 20.0) -> None:
        """Wait until this wish's run holds there."""
        path = self.folder / f"{wish}.{at}.reached"
        await until(path.exists, lambda: f"{wish} to reach {at}", seconds)

    def let_go(self, wish: str, at: str) -> None:
        (self.folder / f"{wish}.{at}.go").touch()

    def passed(self, wish: str, at: str) -> list[int]:
        """The process ids that came by there, one for each time."""
        path = self.folder / f"{wish}.{at}.passed"
        return [int(line) for line in path.read_text().split()] if path.exists() else []


@asynccontextmanager
async def open_crew(folder: Path, database_url: str, forge: Forge, **more: Any) -> AsyncIterator[Crew]:
    async with open_stage(folder, database_url, **({"retry_schedule": RETRIES} | more)) as stage:
        config = folder / "chaos.json"
        graphs = {name: str(ROOT / where) for name, where in GRAPHS.items()}
        config.write_text(json.dumps({"dependencies": [str(ROOT)], "graphs": graphs}))
        yield Crew(stage=replace(stage, config=config), forge=forge)
