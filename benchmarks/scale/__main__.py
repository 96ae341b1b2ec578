"""Measure what happens when there is a lot of everything, and write it into docs/operating/scale.md.

    python -m benchmarks.scale [PART ...] [--pending N] [--entries N] [--data FOLDER] [--no-write]

The parts are statements, process, fronts, workers and week. The database of that size takes 20 minutes and
10 GB the first time; it is kept in the data folder. Each part keeps what it found in findings.json, so that
they can be measured apart; the page is written from all of them.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.scale import fronts, one_process, report, week, workers
from benchmarks.scale.findings import Finding, Part, keep
from benchmarks.scale.population import Size, populated
from benchmarks.scale.statements import time_statements
from benchmarks.server import open_server
from countersign.store.embedded import EmbeddedPostgres
from tests.support.postgres.databases import migrated_template

SMALL = Size(pending=1_000, entries=10_000)


def statements(size: Size, data: Path) -> list[Finding]:
    """Pages and milliseconds of every statement, with little and with much."""
    with EmbeddedPostgres(data) as server, tempfile.TemporaryDirectory() as folder:
        found = []
        for label, each in (("little", SMALL), ("much", size)):
            timed = time_statements(populated(server, each, Path(folder)))
            for name, one in timed.items():
                found.append(Finding.of(f"{name}, {label}", "pages", one.pages))
                found.append(Finding.of(f"{name}, {label}", "ms", one.milliseconds))
        return found


def process(size: Size, data: Path) -> list[Finding]:
    with EmbeddedPostgres(data) as server, tempfile.TemporaryDirectory() as folder:
        found = []
        for label, each in (("little", SMALL), ("much", size)):
            url = populated(server, each, Path(folder))
            measured = asyncio.run(one_process.measure(url, Path(folder) / label))
            found += [Finding(**{**vars(one), "what": f"{one.what}, {label}"}) for one in measured]
        return found


def with_fresh_server(measure: Callable[..., list[Finding]]) -> Callable[[Size, Path], list[Finding]]:
    def run(size: Size, data: Path) -> list[Finding]:  # noqa: ARG001 -- these parts fill their own tables
        with (
            open_server() as server,
            migrated_template(server.url) as template,
            tempfile.TemporaryDirectory() as folder,
        ):
            return measure(server, template, Path(folder))

    return run


PARTS: dict[str, Callable[[Size, Path], list[Finding]]] = {
    "statements": statements,
    "process": process,
    "fronts": with_fresh_server(fronts.measure),
    "workers": with_fresh_server(workers.measure),
    "week": with_fresh_server(week.measure),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="all if none is given")
    parser.add_argument("--pending", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--data", type=Path, default=Path(".data-scale"))
    parser.add_argument("--no-write", action="store_true")
    given = parser.parse_args()
    given.data.mkdir(mode=0o755, parents=True, exist_ok=True)
    size = Size(pending=given.pending, entries=given.entries)
    for name in given.parts or PARTS:
        load = os.getloadavg()[0]
        found = PARTS[name](size, given.data)
        for each in found:
            print(f"{name:10} {each.what:60} {each.value:12.2f} {each.unit}", flush=True)
        if not given.no_write:
            keep(name, Part(load=load, at=f"{datetime.now(UTC):%Y-%m-%d}", findings=tuple(found)))
    if not given.no_write:
        report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
