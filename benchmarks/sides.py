"""The sides that talk to Slack, each as processes of its own against a workspace of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from slack_local.workspace import LocalWorkspace
from tests.support.processes.bots import ROOT, BotProcess, bot_environment, bot_process

SIDES = {
    "naive": "naive bolt app, Socket Mode",
    "socket": "ours, Socket Mode, one process",
    "http": "ours, HTTP, one process",
    "split": "ours, Socket Mode, a front and two workers",
}


@dataclass(frozen=True, kw_only=True)
class Side:
    name: str
    ws: LocalWorkspace
    url: str
    folder: Path
    bots: Mapping[str, BotProcess]
    pids: tuple[int, ...]

    @property
    def approve(self) -> str:
        """The action id of its button."""
        return "approve" if self.name == "naive" else "approval:approve"


@asynccontextmanager
async def open_side(name: str, url: str, folder: Path, **more: str) -> AsyncIterator[Side]:
    """A side that is ready, over this database. `more` are settings."""
    mode: Literal["http", "socket"] = "http" if name == "http" else "socket"
    config = config_of(folder)
    async with LocalWorkspace(mode=mode) as ws, AsyncExitStack() as stack:
        environment = bot_environment(
            ws.environment(), url, config=config, **{"BENCHMARK_FOLDER": str(folder), **more}
        )
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package and the image are compiled
        if name == "naive":
            pid = await _naive(stack, environment)
            await ws.connected()
            yield Side(name=name, ws=ws, url=url, folder=folder, bots={}, pids=(pid,))
            return
        bots: dict[str, BotProcess] = {}
        for bot, arguments in _processes(name).items():
            bots[bot] = await stack.enter_async_context(
                bot_process(*arguments, environment=environment, folder=folder, name=bot)
            )
        if mode == "http":
            ws.request_url = f"{bots['bot'].address}/slack/events"
            assert await ws.verify_request_url()
        else:
            await ws.connected(2)
        pids = tuple(bot.process.pid for bot in bots.values() if bot.process)
        yield Side(name=name, ws=ws, url=url, folder=folder, bots=bots, pids=pids)


def config_of(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    graphs = {"transfers": f"{ROOT / 'benchmarks' / 'graph.py'}:graph"}
    path = folder / "langgraph.json"
    path.write_text(json.dumps({"dependencies": [str(ROOT)], "graphs": graphs}))
    return path


def _processes(name: str) -> dict[str, tuple[str, ...]]:
    if name.startswith("split"):  # with the number of workers behind it
        workers = {f"worker{n}": ("worker",) for n in range(1, int(name.removeprefix("split") or 2) + 1)}
        return {"front": ("serve", "--no-worker"), **workers}
    return {"bot": ("serve",)}


async def _naive(stack: AsyncExitStack, environment: Mapping[str, str]) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.naive", cwd=ROOT, env=dict(environment)
    )

    async def end() -> None:
        process.kill()
        await process.wait()

    stack.push_async_callback(end)
    return process.pid
