"""Whether connections keep their session of PostgreSQL. Behind a pooler in transaction mode they do not."""

from countersign.store.connections.address import Address
from countersign.store.connections.pool import Connection, DatabaseError, open_session
from countersign.store.queries import QUERIES

_TRIES = 3  # where others use the pooler, too, it may happen to give the same session twice
_NOT_KEPT = (
    "DATABASE_URL leads to a pooler in transaction mode: statements of one connection run in several "
    "sessions, so locks and notifications get lost. Connect to PostgreSQL itself, or set the pooler to "
    "session mode (PgBouncer: pool_mode = session)."
)


async def require_sessions(address: Address) -> None:
    """Raise DatabaseError where another connection can take the session that this one had."""
    async with await open_session(address) as first, await open_session(address) as second:
        for _ in range(_TRIES):
            before = await _session(first)
            async with second.transaction():
                taken, after = await _session(second), await _session(first)
            if taken == before or after != before:
                raise DatabaseError(_NOT_KEPT)


async def _session(connection: Connection) -> int:
    # Not prepared: in another session the statement would not exist.
    row = await (await connection.execute(QUERIES["session"], prepare=False)).fetchone()
    assert row is not None, "a query without FROM has one row"
    return int(row["pid"])
