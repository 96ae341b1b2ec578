"""What the ledger's chain costs approvals, and how fast it is verified.

    python -m benchmarks.ledger [--approvals 500] [--entries 50000]

A real database, queue and engine, no Slack. With the chain each entry is hashed and sealed once a second, as
by a bot; without it neither is done. The two take turns at each approval. Processor time is this process's
and PostgreSQL's together. Of this process's, a block leaves out the extremes, in which something else ran;
what sealing takes is added in full.
"""

import argparse
import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg

from benchmarks.figures import spread
from benchmarks.policy import one, only_warnings, trimmed_mean
from benchmarks.server import Server, open_server
from countersign.approvals.audit import ChainVerifier, EntryHasher, LedgerEntry
from countersign.approvals.audit.entry import detail_text
from countersign.approvals.policy.policy import NO_POLICY
from countersign.store.approvals.ledger import Ledger, entry_arguments
from countersign.store.connections.pool import configure_for_statements, open_pool
from countersign.store.encryption.protected_columns import ProtectedJson, stored_json
from tests.flow.graphs.graphs_to_host import gated
from tests.support.harness import Harness, open_harness
from tests.support.postgres.databases import database, migrated_template

LEAST_RATIO = 0.95  # of the approvals per second that there are without the chain
LEAST_ENTRIES = 50_000.0  # verified in a second
BLOCKS = 5


class NoHash(EntryHasher):
    """What an entry has where nothing is chained."""

    def __call__(self, entry: LedgerEntry) -> str:  # noqa: ARG002 -- it is not hashed
        return "none"


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Approvals per second of processor time, in one block with and one without the chain."""

    with_chain: float
    without: float

    @property
    def ratio(self) -> float:
        return self.with_chain / self.without


async def measure_appending(server: Server, template: str, approvals: int) -> list[Rates]:
    """A pair of rates for each block of approvals."""
    only_warnings()
    with database(server.url, template=template) as chained, database(server.url, template=template) as plain:
        async with (
            open_harness(chained, {"gated": gated()}) as with_chain,
            open_harness(plain, {"gated": gated()}, hasher=NoHash()) as without,
        ):
            sides = {
                True: Side(server, with_chain, chained=True),
                False: Side(server, without, chained=False),
            }
            for side in sides.values():
                for _ in range(10):
                    await side.approve()
            return [await _block(sides, approvals // BLOCKS) for _ in range(BLOCKS)]


async def _block(sides: Mapping[bool, "Side"], approvals: int) -> Rates:
    """The two take turns at each approval, so that what else the machine does falls on both."""
    for side in sides.values():
        side.start_over()
    for number in range(approvals):
        for chained in (True, False) if number % 2 else (False, True):
            await sides[chained].approve()
    return Rates(with_chain=1 / sides[True].mean(), without=1 / sides[False].mean())


class Side:
    """One of the two, and when it last sealed: once a second, as a bot does."""

    def __init__(self, server: Server, harness: Harness, *, chained: bool) -> None:
        self._server = server
        self._harness = harness
        self._ledger = Ledger(harness.pool, EntryHasher()) if chained else None
        self._sealed_at = time.monotonic()
        self.start_over()

    def start_over(self) -> None:
        self._own: list[float] = []  # seconds of processor time, of each approval
        self._sealing = 0.0
        self._of_server = 0.0

    def mean(self) -> float:
        """Seconds of processor time that an approval takes, with its part of the sealing."""
        return trimmed_mean(self._own) + (self._sealing + self._of_server) / len(self._own)

    async def approve(self) -> None:
        server, began = self._server.cpu(), time.process_time()
        await one(self._harness, NO_POLICY)
        done = time.process_time()
        self._own.append(done - began)
        if self._ledger is not None and time.monotonic() - self._sealed_at >= 1.0:
            await self._ledger.seal()
            self._sealed_at = time.monotonic()
            self._sealing += time.process_time() - done
        self._of_server += self._server.cpu() - server


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Entries that `audit verify` read in a second: by the clock, and of processor time."""

    per_second: float
    per_processor_second: float


async def measure_verifying(server: Server, template: str, entries: int) -> list[Reading]:
    """Several readings of a ledger of so many entries."""
    hasher = EntryHasher()
    with database(server.url, template=template) as url:
        _fill(url, entries, hasher)
        async with await open_pool(url, max_size=2, configure=configure_for_statements) as pool:
            ledger = Ledger(pool, hasher)
            while await ledger.seal():
                pass
            return [await _verified(ledger, hasher, entries) for _ in range(BLOCKS)]


async def _verified(ledger: Ledger, hasher: EntryHasher, entries: int) -> Reading:
    chain = ChainVerifier(hasher)
    began, processor_began = time.perf_counter(), time.process_time()
    async with aclosing(ledger.chain_pages()) as pages:
        async for page in pages:
            assert chain.take_all(page) is None
    took, processor = time.perf_counter() - began, time.process_time() - processor_began
    assert chain.result(None).sealed == entries
    return Reading(per_second=entries / took, per_processor_second=entries / processor)


def _fill(url: str, entries: int, hasher: EntryHasher) -> None:
    """A ledger of so many entries, as decisions with a few arguments write them."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    columns = "approval_id, thread_id, version, event, actor_id, actor_name, detail, at, hash"
    copying = f"COPY countersign.ledger ({columns}) FROM STDIN".encode()
    with (
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        cursor.copy(copying) as copy,
    ):
        for number in range(entries):
            row = entry_arguments(_decided(number, start + timedelta(seconds=number)), hasher)
            copy.write_row([_plain(row[name]) for name in columns.split(", ")])


def _plain(value: object) -> object:
    """As the bot's connections store it without a key; this one is the driver's own."""
    return stored_json(value, None) if isinstance(value, ProtectedJson) else value


def _decided(number: int, at: datetime) -> LedgerEntry:
    rows = {"0": {"kind": "approve", "message": None, "value": {"amount": number}}}
    return LedgerEntry(
        approval_id=str(uuid4()),
        thread_id=f"T1/C1/{number}.000100",
        version=2,
        event="decided",
        actor_id="U0BOB00001",
        actor_name="Bob Berger",
        detail=detail_text({"via": "button", "digest": f"{number:064x}", "rows": rows}),
        at=at,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--approvals", type=int, default=500)
    parser.add_argument("--entries", type=int, default=50_000)
    given = parser.parse_args()
    with open_server() as server, migrated_template(server.url) as template:
        rates = asyncio.run(measure_appending(server, template, given.approvals))
        verified = asyncio.run(measure_verifying(server, template, given.entries))
    ratio, entries = spread([each.ratio for each in rates]), spread([each.per_second for each in verified])
    print(f"approvals/s with the chain, of those without: {ratio}: ", end="")
    print("met" if ratio.middle >= LEAST_RATIO else "missed")
    print(f"of processor time: {spread([each.per_processor_second for each in verified])}")
    print(f"entries verified in a second: {entries}: ", end="")
    print("met" if entries.middle >= LEAST_ENTRIES else "missed")


if __name__ == "__main__":
    main()
