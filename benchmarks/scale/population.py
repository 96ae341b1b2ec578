"""A database with as many approvals and ledger entries as are asked for, multiplied from two real approvals.

The bot itself is asked twice first, and one of the two is approved. SQL then copies their rows: what waits,
what was closed, and the ledger's entries with valid hashes and a chain that `audit verify` accepts.

What is not like real: every approval asks for the same transfer; the ledger's entries of what waits come
after all others; only two threads have checkpoints of LangGraph (a million would be 26 GB).
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from benchmarks.graph import ANSWER
from benchmarks.sides import open_side
from countersign.approvals.audit.chain import GENESIS, next_link
from countersign.store.queries import QUERIES
from countersign.store.schema.migrate import migrate
from countersign.testing.cards import approval_card
from tests.support.postgres.databases import with_database

CHUNK = 250_000  # rows in one transaction
PER_CLOSED = 4  # ledger entries: opened, shown, decided, resumed
PER_PENDING = 2  # opened, shown
KEPT = 0.05  # of the closed approvals: the rest was deleted after its retention, and its entries stay
BUSY = 10  # one in so many pending approvals is in #general, and one in so many others was asked by bob
CHANNELS = 900  # that share the others
PEOPLE = 1_000  # who decide; one of them is alice


@dataclass(frozen=True, kw_only=True)
class Size:
    pending: int
    entries: int

    @property
    def name(self) -> str:
        return f"scale_{self.pending}_{self.entries}"

    @property
    def closed(self) -> int:
        return (self.entries - PER_PENDING * self.pending) // PER_CLOSED

    @property
    def kept(self) -> int:
        return int(self.closed * KEPT)


def populated(server_url: str, size: Size, folder: Path) -> str:
    """The URL of a database of this size, made if it is not there yet, and migrated if it is."""
    url = with_database(server_url, size.name)
    with psycopg.connect(server_url, autocommit=True) as admin:
        there = admin.execute("SELECT FROM pg_database WHERE datname = %s", (size.name,)).fetchone()
        if there is not None:
            asyncio.run(migrate(url))
            return url
        unfinished = f"{size.name}_unfinished"
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(unfinished)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
        populate(with_database(server_url, unfinished), size, folder)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        admin.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(size.name)))
    return url


def populate(url: str, size: Size, folder: Path) -> None:
    """Fill an empty database."""
    asyncio.run(migrate(url))
    asyncio.run(_two_real_approvals(url, folder))
    multiply(url, size)


def multiply(url: str, size: Size) -> None:
    """Copy the approval that waits and the one that is closed, with their entries, as often as it takes."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        _remember_real_rows(connection)
        with _without_indexes(connection, "threads"):
            _in_chunks(connection, _PENDING_THREADS, size.pending)
            _in_chunks(connection, _CLOSED_THREADS, size.closed, since=size.closed - size.kept)
        with _without_indexes(connection, "approvals"):
            columns = _copied_columns(connection)
            _in_chunks(connection, _PENDING.format(columns), size.pending)
            _in_chunks(connection, _CLOSED.format(columns), size.closed, since=size.closed - size.kept)
        with _without_indexes(connection, "ledger"):
            _in_chunks(connection, _CLOSED_ENTRIES, size.closed)
            _in_chunks(connection, _PENDING_ENTRIES, size.pending)
        connection.execute("DROP SCHEMA scale CASCADE")
    _seal(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_MARK)
        connection.execute(QUERIES["merge_pending_changes"].encode())  # as a worker does every few seconds
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")


async def _two_real_approvals(url: str, folder: Path) -> None:
    async with open_side("socket", url, folder) as side:
        await approval_card(await side.ws.carol.mentions("transfer 12"))
        thread = await side.ws.carol.mentions("transfer 12")
        await (await approval_card(thread)).click(side.approve, side.ws.bob)
        await thread.wait_for(lambda message: message.text.startswith(ANSWER), limit=30)
        await side.bots["bot"].stop()  # with the last entries sealed


def _remember_real_rows(connection: psycopg.Connection[Any]) -> None:
    """The two threads, their approvals and what the ledger says of them, under names that SQL copies from."""
    for statement in _REAL:
        connection.execute(statement)


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any], table: str) -> Iterator[None]:
    """Indexes that no constraint needs are built at the end, which takes a tenth of the time."""
    found = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT EXISTS"
        "       (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        (f"countersign.{table}",),
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}".encode())
    yield
    for _, definition in found:
        connection.execute(definition.encode())


def _copied_columns(connection: psycopg.Connection[Any]) -> str:
    """Columns of an approval that are the same in each copy."""
    own = [
        "id",
        "thread_id",
        "opened_at",
        "changed_at",
        "card_ts",
        "awaits",
        "requester",
        "deadline",
        "due_at",
    ]
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'countersign'"
        " AND table_name = 'approvals' AND is_generated = 'NEVER' AND column_name <> ALL (%s)",
        (own,),
    ).fetchall()
    return ", ".join(f'"{name}"' for (name,) in rows)


def _in_chunks(connection: psycopg.Connection[Any], statement: str, rows: int, since: int = 0) -> None:
    for first in range(since, rows, CHUNK):
        window = {"first": first + 1, "last": min(first + CHUNK, rows), "all": rows}
        connection.execute(statement.encode(), window)


def _seal(url: str) -> None:
    """The chain over what has no place in it yet, with the links that the bot would compute."""
    with (
        psycopg.connect(url) as reading,
        psycopg.connect(url) as writing,
        reading.cursor(name="entries", binary=True) as entries,
        writing.cursor() as cursor,
    ):
        head = reading.execute(_HEAD).fetchone()
        position, link = (int(head[0]), str(head[1])) if head else (0, GENESIS)
        entries.itersize = 20_000
        entries.execute(_UNSEALED)
        with cursor.copy("COPY countersign.ledger_chain (position, entry_id, link) FROM STDIN") as copy:
            for entry_id, entry_hash in entries:
                position += 1
                link = next_link(link, position, entry_hash)
                copy.write_row((position, entry_id, link))


_REAL: tuple[LiteralString, ...] = (
    "CREATE SCHEMA scale",
    "CREATE TABLE scale.pending AS SELECT * FROM countersign.approvals WHERE status = 'pending'",
    "CREATE TABLE scale.closed AS SELECT * FROM countersign.approvals WHERE status = 'resumed'",
    """CREATE TABLE scale.entries AS
       SELECT l.id, l.event, l.version, l.actor_id IS NOT NULL AS acted, l.detail::text AS detail
       FROM countersign.ledger l JOIN scale.closed c ON c.id = l.approval_id""",
    # One numbering for threads, approvals and entries: p counts what waits, c what is closed.
    f"""CREATE FUNCTION scale.channel(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$
        SELECT CASE WHEN n % {BUSY} = 0 THEN 'C0GENERAL0'
               ELSE 'C1' || lpad((n % {CHANNELS})::text, 8, '0') END
    $$""",
    """CREATE FUNCTION scale.ts(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$
        SELECT (1600000000 + n / 100)::text || '.' || lpad((n % 1000000)::text, 6, '0')
    $$""",
    """CREATE FUNCTION scale.thread(kind text, n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$
        SELECT 'T0LOCAL001/' || scale.channel(n) || '/'
               || scale.ts(CASE kind WHEN 'p' THEN n ELSE n + 1000000000 END)
    $$""",
    """CREATE FUNCTION scale.id(kind text, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
        SELECT md5(kind || n)::uuid
    $$""",
    f"""CREATE FUNCTION scale.actor(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$
        SELECT CASE WHEN n % {PEOPLE} = 0 THEN 'U0ALICE001'
               ELSE 'U1' || lpad((n % {PEOPLE})::text, 8, '0') END
    $$""",
    # What waits was asked within the last 60 days, what is closed within the last year.
    """CREATE FUNCTION scale.at(kind text, n bigint, of bigint) RETURNS timestamptz STABLE LANGUAGE sql AS $$
        SELECT now() - (1 - n::float8 / of)
               * CASE kind WHEN 'p' THEN interval '60 days' ELSE interval '1 year' END
    $$""",
)  # fmt: skip
_PENDING_THREADS = """
    INSERT INTO countersign.threads (id, graph, requester, created_at, touched_at)
    SELECT scale.thread('p', n), 'transfers', scale.actor(n), scale.at('p', n, %(all)s),
           scale.at('p', n, %(all)s)
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
_CLOSED_THREADS = """
    INSERT INTO countersign.threads (id, graph, requester, created_at, touched_at, compacted_at)
    SELECT scale.thread('c', n), 'transfers', scale.actor(n), scale.at('c', n, %(all)s),
           scale.at('c', n, %(all)s), now()
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
_PENDING = """
    INSERT INTO countersign.approvals
        (id, thread_id, opened_at, changed_at, card_ts, awaits, requester, deadline, due_at, {0})
    SELECT scale.id('p', n), scale.thread('p', n), scale.at('p', n, %(all)s), scale.at('p', n, %(all)s),
           scale.ts(n), ARRAY['in:' || scale.channel(n)],
           CASE WHEN n %% 10 = 1 THEN 'U0BOB00001' ELSE scale.actor(n) END,
           CASE WHEN n %% 100 = 0 THEN now() + interval '100 days' + n * interval '1 second' END,
           CASE WHEN n %% 100 = 0 THEN now() + interval '100 days' + n * interval '1 second' END, {0}
    FROM scale.pending, generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
_CLOSED = """
    INSERT INTO countersign.approvals
        (id, thread_id, opened_at, changed_at, card_ts, awaits, requester, deadline, due_at, {0})
    SELECT scale.id('c', n), scale.thread('c', n), scale.at('c', n, %(all)s), scale.at('c', n, %(all)s),
           scale.ts(n + 1000000000), '{{}}', scale.actor(n + 7), NULL, NULL, {0}
    FROM scale.closed, generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
# Details name the digest of their approval, and a card its message; both stay those of the real one.
_ENTRIES = """
    INSERT INTO countersign.ledger
        (approval_id, thread_id, version, event, actor_id, actor_name, detail, at, hash)
    SELECT approval_id, thread_id, version, event, actor_id, actor_name, detail::json, at,
           'sha256:' || encode(sha256(convert_to(
               '{{"actor":'
               || CASE WHEN acted THEN '{{"id":"' || actor_id || '","name":"' || actor_name || '"}}'
                  ELSE 'null' END
               || ',"approval_id":"' || approval_id || '","at":"'
               || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","detail":' || detail
               || ',"event":"' || event || '","thread_id":"' || thread_id
               || '","version":' || version || '}}', 'UTF8')), 'hex')
    FROM (
        SELECT scale.id('{0}', n) AS approval_id, scale.thread('{0}', n) AS thread_id, e.version, e.event,
               e.acted, CASE WHEN e.acted THEN scale.actor(n) END AS actor_id,
               CASE WHEN e.acted THEN 'Somebody Else' END AS actor_name, e.detail,
               scale.at('{0}', n, %(all)s) + e.id * interval '1 second' AS at
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) n, scale.entries e
        WHERE {1} ORDER BY n, e.id
    ) entries
"""
_CLOSED_ENTRIES = _ENTRIES.format("c", "true")
_PENDING_ENTRIES = _ENTRIES.format("p", "e.event IN ('opened', 'shown')")
# As the sealers leave it.
_MARK = """
    INSERT INTO countersign.ledger_sealing (settled_to) SELECT max(entry_id) FROM countersign.ledger_chain
    ON CONFLICT (one) DO UPDATE SET settled_to = excluded.settled_to
"""
_HEAD = "SELECT position, link FROM countersign.ledger_chain ORDER BY position DESC LIMIT 1"
_UNSEALED = """
    SELECT id, hash FROM countersign.ledger
    WHERE id > coalesce((SELECT max(entry_id) FROM countersign.ledger_chain), 0) ORDER BY id
"""
