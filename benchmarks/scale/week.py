"""A week of traffic in minutes, with retention on: whether tables, indexes and the WAL stay flat.

The bot's own statements of retention run on a clock of the benchmark: a schema in front of PostgreSQL's own
has a `now()` that an hour passes in with each round. SQL writes and changes rows as an approval does it.

What is not like real: the clock is 2,000 times too fast, and an hour's rows are written by one transaction.
Autovacuum looks every second here, which is once or twice in an hour.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.scale.findings import Finding
from benchmarks.server import Server
from countersign.flow.retention import Retention
from countersign.runs.persistence.checkpoints import Checkpoints
from countersign.store.connections.pool import Connection, configure_for_statements, open_pool
from countersign.store.connections.thread_locks import ThreadLocks
from countersign.store.retention import RetentionStore
from tests.support.postgres.databases import database

HOURS, PER_HOUR, DAYS_KEPT = 168, 40, 1.0
SETTLED = 72  # hours: then as much is deleted as is written
MOST_GROWTH = 1.10
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Bytes; `kept` is what the ledger takes, which no retention deletes."""

    tables: int
    indexes: int
    wal: int
    kept: int
    threads: int


def measure(server: Server, template: str, folder: Path) -> list[Finding]:  # noqa: ARG001 -- like the others
    with database(server.url, template=template) as url:
        sizes = asyncio.run(_week(server, url))
    half, end = sizes[SETTLED:-24], sizes[-24:]
    found = []
    for name, unit, scale in (("tables", "MB", 1e6), ("indexes", "MB", 1e6), ("threads", "rows", 1.0)):
        before, after = _most(half, name) / scale, _most(end, name) / scale
        found.append(Finding.of(f"{name}, days 4 to 6", unit, before))
        found.append(Finding.of(f"{name}, day 7", unit, after))
        found.append(Finding.of(f"{name}, day 7 of days 4 to 6", "times", after / before, most=MOST_GROWTH))
    day = [after.wal - before.wal for before, after in zip(sizes[::24], sizes[24::24], strict=False)]
    found.append(Finding.of("WAL written for a thread", "kB", sum(day) / len(day) / 24 / PER_HOUR / 1e3))
    found.append(Finding.of("WAL of day 7, of day 4", "times", day[-1] / day[2], most=1.25))
    ledger = (sizes[-1].kept - sizes[0].kept) / ((len(sizes) - 1) * PER_HOUR) / 1e3
    found.append(Finding.of("the ledger grows, for a thread", "kB", ledger))
    return found


def _most(sizes: Sequence[Sizes], name: str) -> float:
    return float(max(getattr(each, name) for each in sizes))


async def _week(server: Server, url: str) -> list[Sizes]:
    with psycopg.connect(server.url, autocommit=True) as admin:
        for setting, value in (("autovacuum_naptime", "1s"), ("autovacuum_vacuum_cost_delay", "0")):
            admin.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting), value))
        admin.execute("SELECT pg_reload_conf()")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TRAFFIC.read_bytes())
    async with await open_pool(url, min_size=1, max_size=4, configure=_on_our_clock) as pool:
        retention = Retention(RetentionStore(pool), ThreadLocks(pool), Checkpoints(), DAYS_KEPT)
        sizes = []
        for hour in range(HOURS):
            async with pool.connection() as session:
                now = BEGIN + timedelta(hours=hour)
                await session.execute("UPDATE simulated.clock SET at = %s", (now,))
                await session.execute("SELECT simulated.hour(%s, %s)", (hour, PER_HOUR))
            await retention()
            async with pool.connection() as session:
                row = await (await session.execute(_SIZES.encode())).fetchone()
                assert row is not None
                sizes.append(Sizes(**row))
        return sizes


async def _on_our_clock(connection: Connection) -> None:
    await configure_for_statements(connection)
    await connection.execute("SET search_path = simulated, pg_catalog, public")


TRAFFIC = Path(__file__).with_name("traffic.sql")
_SIZES = """
    SELECT sum(pg_table_size(c.oid)) FILTER (WHERE c.relname NOT LIKE 'ledger%')::bigint AS tables,
           sum(pg_indexes_size(c.oid)) FILTER (WHERE c.relname NOT LIKE 'ledger%')::bigint AS indexes,
           sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname = 'ledger')::bigint AS kept,
           (pg_current_wal_insert_lsn() - '0/0')::bigint AS wal,
           (SELECT count(*) FROM countersign.threads) AS threads
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND (n.nspname = 'countersign' OR c.relname LIKE 'checkpoint%')
"""
