"""What an approval costs in processor time with one, two and four workers behind one front."""

import asyncio
import tempfile
from pathlib import Path

from benchmarks.driving import measure as measure_cell
from benchmarks.driving import warm_up
from benchmarks.figures import spread
from benchmarks.scale.findings import Finding
from benchmarks.server import Server
from benchmarks.sides import open_side
from tests.support.postgres.databases import database

WORKERS = (1, 2, 4)
ROUNDS, THREADS, APPROVALS = 2, 16, 64
MOST_GROWTH = 1.10


def measure(server: Server, template: str, folder: Path) -> list[Finding]:
    """In turns, so that what else the machine does falls on all."""
    costs: dict[int, list[float]] = {count: [] for count in WORKERS}
    for turn in range(ROUNDS):
        for count in WORKERS[turn % len(WORKERS) :] + WORKERS[: turn % len(WORKERS)]:
            costs[count].append(asyncio.run(_cost(server, template, folder, count)))
    found = []
    for count, each in costs.items():
        cost = spread(each)
        growth = spread([many / one for many, one in zip(each, costs[1], strict=True)])
        found.append(
            Finding.of(
                f"{count} workers: processor time of an approval", "ms", cost.middle,
                least=cost.least, greatest=cost.most,
            )
        )  # fmt: skip
        if count > 1:
            found.append(
                Finding.of(
                    f"{count} workers, of what one takes", "times", growth.middle,
                    least=growth.least, greatest=growth.most, most=MOST_GROWTH,
                )
            )  # fmt: skip
    return found


async def _cost(server: Server, template: str, folder: Path, workers: int) -> float:
    with database(server.url, template=template) as url:
        async with open_side(f"split{workers}", url, Path(tempfile.mkdtemp(dir=folder))) as side:
            await warm_up(side)
            await asyncio.sleep(1)  # what starting workers have still to do
            cell = await measure_cell(
                server=server, side=side, latency=0.0, threads=THREADS, approvals=APPROVALS
            )
            return cell.cost
