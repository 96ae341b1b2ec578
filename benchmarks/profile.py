"""Where one process's processor time goes, part by part.

    python -m benchmarks.profile --py-spy /path/to/py-spy [--approvals 480]

py-spy (not one of our dependencies: `pip install py-spy`) looks 200 times a second at the thread that holds
the GIL, while 16 threads have approvals under way. A sample belongs to whoever called the code that ran:
libraries that anybody may call (psycopg, pydantic, the standard library) are counted for their caller. Parts
are shares, so other work on the machine moves them little.
"""

import argparse
import asyncio
import re
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.driving import measure, warm_up
from benchmarks.server import Server, open_server
from benchmarks.sides import open_side
from tests.support.postgres.databases import database, migrated_template

THREADS = 16
# The first that a path has, from the code that ran outwards, is the part.
PARTS = {
    "countersign/store/": "the store: approvals, ledger, threads, outbox",
    "countersign/jobs/": "the queue",
    "procrastinate/": "the queue",
    "countersign/log": "the log",
    "structlog/": "the log",
    "countersign/flow/observability/": "metrics and traces",
    "prometheus_client/": "metrics and traces",
    "opentelemetry/": "metrics and traces",
    "countersign/interrupts/": "reading questions, making answers",
    "countersign/slack/": "Slack: receiving, cards, calls",
    "countersign/http/": "Slack: receiving, cards, calls",
    "slack_bolt/": "Slack: receiving, cards, calls",
    "slack_sdk/": "Slack: receiving, cards, calls",
    "aiohttp/": "Slack: receiving, cards, calls",
    "countersign/runs/": "hosting the graph",
    "countersign/encryption/": "the store: approvals, ledger, threads, outbox",
    "langgraph/": "the engine: LangGraph, LangChain, the graph",
    "langchain": "the engine: LangGraph, LangChain, the graph",
    "langsmith/": "the engine: LangGraph, LangChain, the graph",
    "benchmarks/graph.py": "the engine: LangGraph, LangChain, the graph",
    "countersign/": "the use cases and the rest of ours",
}
# What runs for whoever called it, or whatever the loop runs next.
NEUTRAL = (
    "countersign/store/connections/connection_watchdog.py",
    "countersign/runtime.py",
    "countersign/runs/event_loop/",
)
NOBODY = "the event loop, for nobody in particular"
_FRAME = re.compile(r"\((?P<path>[^()]*?):\d+\)$")


@dataclass
class Profile:
    parts: Counter[str] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)  # of these, in the driver

    def add(self, stack: str, samples: int) -> None:
        """One line of py-spy's raw output: frames from the outermost inwards."""
        paths = [found["path"] for frame in stack.split(";") if (found := _FRAME.search(frame))]
        part = next((part for path in reversed(paths) if (part := _part(path))), NOBODY)
        self.parts[part] += samples
        if any("psycopg" in path for path in paths):
            self.statements[part] += samples


def _part(path: str) -> str | None:
    if any(place in path for place in NEUTRAL):
        return None
    return next((part for place, part in PARTS.items() if place in path), None)


def read(raw: Iterable[str]) -> Profile:
    profile = Profile()
    for line in raw:
        stack, _, samples = line.rpartition(" ")
        if stack:
            profile.add(stack, int(samples))
    return profile


def shares(profile: Profile) -> str:
    total = profile.parts.total()
    lines = ["| part of the process | of its time | of this in the PostgreSQL driver |", "|---|---|---|"]
    for part, samples in profile.parts.most_common():
        lines.append(f"| {part} | {samples / total:.0%} | {profile.statements[part] / total:.0%} |")
    driver = profile.statements.total()
    return "\n".join([*lines, f"| all of it, {total} samples | 100% | {driver / total:.0%} |"])


async def record(spy: str, approvals: int, server: Server, url: str, folder: Path, raw: Path) -> None:
    """Write py-spy's samples into `raw`, and print what the same approvals took."""
    async with open_side("socket", url, folder) as side:
        await warm_up(side, THREADS)
        recording = await asyncio.create_subprocess_exec(
            spy, "record", "--pid", str(side.pids[0]), "--gil", "--rate", "200",
            "--full-filenames", "--format", "raw",
            "--output", str(raw), "--duration", "3600",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        cell = await measure(side, server, latency=0.0, threads=THREADS, approvals=approvals)
        recording.send_signal(signal.SIGINT)
        await recording.wait()
    process, postgres = (seconds / approvals * 1000 for seconds in (cell.cpu_side, cell.cpu_postgres))
    print(f"{approvals} approvals: {process:.0f} ms each of the process, {postgres:.1f} of PostgreSQL\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("--py-spy", required=True)
    parser.add_argument("--approvals", type=int, default=480)
    given = parser.parse_args()
    with (
        open_server() as server,
        migrated_template(server.url) as template,
        database(server.url, template=template) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        raw = Path(folder) / "raw"
        asyncio.run(record(given.py_spy, given.approvals, server, url, Path(folder), raw))
        print(shares(read(raw.read_text().splitlines())))


if __name__ == "__main__":
    main()
