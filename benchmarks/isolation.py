"""Where graphs run, side by side: on the main loop, on a loop in a thread, in a worker process.

    python -m benchmarks.isolation [--repetitions 3]

Prints how long clicks of other threads wait for their acknowledgement while a node holds its event loop, and
what each layout costs in approvals per second, processor time and memory, as ratios to the first one.
"""

import argparse
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median

import psutil

from benchmarks.driving import LIMIT, measure, warm_up
from benchmarks.server import Server, open_server
from benchmarks.sides import Side
from countersign.runtime import run
from countersign.testing.cards import approval_card
from slack_local.workspace import LocalWorkspace
from tests.support.bots import ROOT, BotProcess, bot_environment, until
from tests.support.databases import database, migrated_template

LAYOUTS = {
    "main loop": (("benchmarks.one_loop", ("serve",)),),
    "thread": (("bot", ("serve",)),),
    "process": (("bot", ("serve", "--no-worker")), ("bot", ("worker",))),
}
CLICKS = 10
HOLDS = ("idle", "asleep", "busy")


@asynccontextmanager
async def open_layout(name: str, url: str, folder: Path) -> AsyncIterator[Side]:
    """The bot in this layout, over this database, in a workspace of its own."""
    graphs = {"transfers": f"{ROOT}/benchmarks/graph.py:graph"}
    graphs |= {kind: f"{ROOT}/benchmarks/blocking_graphs.py:{kind}" for kind in HOLDS[1:]}
    config = folder / "langgraph.json"
    config.write_text(json.dumps({"dependencies": [str(ROOT)], "graphs": graphs}))
    async with LocalWorkspace() as ws, AsyncExitStack() as stack:
        environment = bot_environment(ws.environment(), url, config=config, BENCHMARK_FOLDER=str(folder))
        bots = []
        for number, (module, arguments) in enumerate(LAYOUTS[name]):
            bot = BotProcess(arguments, environment, folder, f"bot{number}", module=module)
            stack.push_async_callback(bot.kill)
            await bot.start()
            await bot.ready()
            bots.append(bot)
        await ws.connected(2)
        pids = tuple(bot.process.pid for bot in bots if bot.process)
        yield Side(name=name, ws=ws, url=url, folder=folder, bots={}, pids=pids)


async def clicks_while(side: Side, hold: str) -> list[float]:
    """Seconds until each click was acknowledged, while a node holds its loop in this way."""
    cards = []
    for _ in range(CLICKS):
        thread = await side.ws.carol.mentions("transfer 12")
        cards.append(await approval_card(thread, limit=LIMIT))
    held = None
    if hold != "idle":
        held = await side.ws.carol.mentions(f"{hold}: go")
        await until((side.folder / f"{hold}.reached").exists, lambda: f"a node that is {hold}", LIMIT)
    since = side.ws.log.cursor
    for card in cards:
        await card.click("approval:approve", side.ws.bob)
    found = [attempt.acknowledged_after for attempt in side.ws.log.attempts("block_actions", since=since)]
    if held is not None:
        await held.wait_for(lambda message: message.by_bot, limit=LIMIT)
    for card in cards:
        await card.thread.wait_for("The transfer is done", limit=LIMIT)
    return [LIMIT if taken is None else taken for taken in found]


async def measure_layout(name: str, server: Server, template: str, figures: dict[str, list[float]]) -> None:
    with database(server.url, template=template) as url, tempfile.TemporaryDirectory() as folder:
        async with open_layout(name, url, Path(folder)) as side:
            await warm_up(side)
            for hold in HOLDS:
                waits = await clicks_while(side, hold)
                figures[f"{hold}: acknowledged, median ms"].append(median(waits) * 1000)
                figures[f"{hold}: acknowledged, slowest ms"].append(max(waits) * 1000)
            cell = await measure(side, server, latency=0.0, threads=16, approvals=64)
            figures["approvals/s at 16 threads"].append(cell.rate)
            figures["ms of processor time per approval"].append(cell.cost)
            memory = sum(psutil.Process(pid).memory_info().rss for pid in side.pids)
            figures["MB of memory"].append(memory / 1_000_000)


async def compare(server: Server, template: str, repetitions: int) -> None:
    figures: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in LAYOUTS}
    for _ in range(repetitions):
        for name in LAYOUTS:
            await measure_layout(name, server, template, figures[name])
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{psutil.cpu_count()} cores, load after {load}, median of {repetitions} interleaved repetitions\n")
    print("| | " + " | ".join(LAYOUTS) + " |\n|---|" + "---|" * len(LAYOUTS))
    for figure in figures["main loop"]:
        values = [median(figures[name][figure]) for name in LAYOUTS]
        cells = [f"{value:.0f} ({value / values[0]:.2f})" for value in values]
        print(f"| {figure} | " + " | ".join(cells) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.isolation")
    parser.add_argument("--repetitions", type=int, default=3)
    given = parser.parse_args()
    with open_server() as server, migrated_template(server.url) as template:
        run(compare(server, template, given.repetitions))


if __name__ == "__main__":
    main()
