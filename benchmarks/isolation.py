"""Where graphs run, side by side: on a loop in a thread of the process, or in a worker process of their own.

    python -m benchmarks.isolation [--rounds 3] [--main-loop]

Prints how long clicks of other threads wait for their acknowledgement while a node holds its event loop, and
what each layout costs. Layouts take turns, round by round, in one run. About two minutes.
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
from tests.support.postgres.databases import database, migrated_template
from tests.support.processes.bots import ROOT, BotProcess, bot_environment, until

LAYOUTS = {
    "thread": (("bot", ("serve",)),),
    "process": (("bot", ("serve", "--no-worker")), ("bot", ("worker",))),
}
MAIN_LOOP = {"main loop": (("benchmarks.one_loop", ("serve",)),)}  # as it was before
CLICKS = 5
HOLDS = ("idle", "asleep", "busy", "in_c")
THREADS, APPROVALS = 4, 24  # few enough for one person's share of the slots

Processes = tuple[tuple[str, tuple[str, ...]], ...]
Figures = dict[str, dict[str, list[float]]]  # by figure, then by layout


@asynccontextmanager
async def open_layout(name: str, processes: Processes, url: str, folder: Path) -> AsyncIterator[Side]:
    """The bot in this layout, over this database, in a workspace of its own."""
    graphs = {"transfers": f"{ROOT}/benchmarks/graph.py:graph"}
    graphs |= {kind: f"{ROOT}/benchmarks/blocking_graphs.py:{kind}" for kind in HOLDS[1:]}
    config = folder / "langgraph.json"
    config.write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    async with LocalWorkspace() as ws, AsyncExitStack() as stack:
        environment = bot_environment(ws.environment(), url, config=config, BENCHMARK_FOLDER=str(folder))
        bots = []
        for number, (module, arguments) in enumerate(processes):
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
        thread = await side.ws.bob.mentions("transfer 12")
        cards.append(await approval_card(thread, limit=LIMIT))
    held = None
    if hold != "idle":
        reached = side.folder / f"{hold}.reached"
        reached.unlink(missing_ok=True)
        held = await side.ws.carol.mentions(f"{hold}: go")
        await until(reached.exists, lambda: f"a node that is {hold}", LIMIT)
    since = side.ws.log.cursor
    for card in cards:
        await card.click("approval:approve", side.ws.bob)
    found = [attempt.acknowledged_after for attempt in side.ws.log.attempts("block_actions", since=since)]
    if held is not None:
        await held.wait_for(lambda message: message.by_bot, limit=LIMIT)
    for card in cards:
        await card.thread.wait_for("The transfer is done", limit=LIMIT)
    return [LIMIT if taken is None else taken for taken in found]


async def measure_layout(side: Side, server: Server, figures: Figures) -> None:
    for hold in HOLDS:
        waits = await clicks_while(side, hold)
        figures[f"click acknowledged, {hold}: median ms"][side.name].append(median(waits) * 1000)
        figures[f"click acknowledged, {hold}: slowest ms"][side.name].append(max(waits) * 1000)
    cell = await measure(side, server, latency=0.0, threads=THREADS, approvals=APPROVALS)
    figures[f"approvals/s, {THREADS} threads"][side.name].append(cell.rate)
    figures["processor ms per approval"][side.name].append(cell.cost)
    memory = sum(psutil.Process(pid).memory_info().rss for pid in side.pids)
    figures["MB of memory"][side.name].append(memory / 1_000_000)


async def compare(server: Server, template: str, rounds: int, layouts: dict[str, Processes]) -> None:
    figures: Figures = defaultdict(lambda: defaultdict(list))
    async with AsyncExitStack() as stack:
        sides = []
        for name, processes in layouts.items():
            url = stack.enter_context(database(server.url, template=template))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            sides.append(await stack.enter_async_context(open_layout(name, processes, url, folder)))
            await warm_up(sides[-1])
        before = os.getloadavg()[0]
        for number in range(rounds):
            for side in sides if number % 2 == 0 else reversed(sides):
                await measure_layout(side, server, figures)
    load = f"load {before:.1f} before and {os.getloadavg()[0]:.1f} after"
    print(f"{psutil.cpu_count()} cores, {load}, {rounds} rounds: median (least to most)\n")
    report(figures, list(layouts))


def report(figures: Figures, names: list[str]) -> None:
    """A table with the ratio of each layout to the first one, round by round."""
    first, *others = names
    ratios = [f"{name} : {first}" for name in others]
    print("| | " + " | ".join([*names, *ratios]) + " |\n|---|" + "---|" * (len(names) + len(ratios)))
    for figure, values in figures.items():
        cells = [_range(values[name], 0) for name in names]
        for name in others:
            pairs = zip(values[name], values[first], strict=True)
            cells.append(_range([one / other for one, other in pairs], 2))
        print(f"| {figure} | " + " | ".join(cells) + " |")


def _range(values: list[float], digits: int) -> str:
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.isolation")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--main-loop", action="store_true", help="compare with graphs on the main loop, too")
    given = parser.parse_args()
    layouts: dict[str, Processes] = {**LAYOUTS, **(MAIN_LOOP if given.main_loop else {})}
    with open_server() as server, migrated_template(server.url) as template:
        run(compare(server, template, given.rounds, layouts))


if __name__ == "__main__":
    main()
