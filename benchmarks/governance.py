"""Measure policy, ledger and timers, and write what was found into README.md.

    python -m benchmarks.governance [--approvals 400] [--no-write]

Each figure compares two sides that take turns, in processor time, so it can be taken while other things run;
the table says so where they did. Verifying is judged by the clock too. Two minutes on an idle machine.
"""

import argparse
import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import ledger, policy, timers
from benchmarks.figures import short, spread
from benchmarks.results import Governance
from benchmarks.server import open_server
from tests.support.postgres.databases import database, migrated_template

README = Path(__file__).with_name("README.md")
BEGIN = "<!-- governance: written by `python -m benchmarks.governance` -->"
END = "<!-- end of governance -->"
RULES, ENTRIES, WAITING = 100, 50_000, 100_000
_IDLE = 0.5  # of a load: more is somebody else's


def measure(approvals: int) -> Iterator[Governance]:
    with open_server() as server, migrated_template(server.url) as template:
        with database(server.url, template=template) as url:
            compared = asyncio.run(policy.measure(url, approvals, RULES))
        yield Governance(
            what=f"message to answer under {RULES} rules, processor time more than without",
            unit="ms",
            bound=policy.TARGET,
            at_least=False,
            values=[each.more for each in compared],
        )
        yield Governance(
            what="of these the vote and what follows it",
            unit="ms",
            bound=policy.TARGET,
            at_least=False,
            values=[each.deciding_more for each in compared],
        )
        rates = asyncio.run(ledger.measure_appending(server, template, approvals))
        yield Governance(
            what="approvals/s with the ledger's chain, of those without",
            unit="",
            bound=ledger.LEAST_RATIO,
            at_least=True,
            values=[each.ratio for each in rates],
        )
        read = asyncio.run(ledger.measure_verifying(server, template, ENTRIES))
        yield Governance(
            what="entries that `audit verify` reads in a second",
            unit="",
            bound=ledger.LEAST_ENTRIES,
            at_least=True,
            values=[each.per_second for each in read],
        )
        yield Governance(
            what="the same in a second of processor time",
            unit="",
            bound=ledger.LEAST_ENTRIES,
            at_least=True,
            values=[each.per_processor_second for each in read],
        )
        with database(server.url, template=template) as url:
            shares = timers.processor_shares(url, WAITING)
        yield Governance(
            what=f"of a core, what the timers of {WAITING:,} approvals take at rest",
            unit="%",
            bound=timers.MOST_PERCENT,
            at_least=False,
            values=shares,
        )


def table(found: list[Governance], load: float, approvals: int) -> str:
    loaded = f", **on a loaded machine** (a load of {load:.1f} before)" if load > _IDLE else ""
    machine = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores{loaded}"
    lines = [
        f"{machine}; {approvals} approvals a side. The median of the blocks, in brackets least and most.",
        "",
        "| what | bound | reached | |",
        "|---|---|---|---|",
    ]
    for each in found:
        figures = spread(each.values)
        met = figures.middle >= each.bound if each.at_least else figures.middle < each.bound
        bound = f"{'at least' if each.at_least else 'less than'} {short(each.bound)} {each.unit}".strip()
        outcome = "met" if met else "**missed**"
        lines.append(f"| {each.what} | {bound} | {f'{figures} {each.unit}'.strip()} | {outcome} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--approvals", type=int, default=400)
    parser.add_argument("--no-write", action="store_true")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    written = table(list(measure(given.approvals)), load, given.approvals)
    print(written)
    if not given.no_write:
        text = README.read_text()
        before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
        README.write_text(f"{text[:before]}\n\n{written}\n\n{text[after:]}")


if __name__ == "__main__":
    main()
