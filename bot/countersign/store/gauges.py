"""Reads the gauges of GET /metrics: one statement, which PostgreSQL ends when it takes too long."""

from countersign.error_translation import translates_errors
from countersign.flow.observability.gauges import DatabaseGauges, PendingCount
from countersign.store.connections.pool import Pool, run, transaction
from countersign.store.queries import QUERIES

STATEMENT_TIMEOUT = 2.0  # seconds


@translates_errors
class GaugeReader:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def read(self) -> DatabaseGauges:
        """Raises DatabaseUnavailable and StatementFailed, such as for a timeout."""
        milliseconds = str(int(STATEMENT_TIMEOUT * 1000))
        async with transaction(self._pool) as connection:
            await connection.execute(QUERIES["limit_statement_time"], {"milliseconds": milliseconds})
            reading = await connection.execute(QUERIES["gauges"])
            row = await reading.fetchone()
        assert row is not None, "a query without FROM a table has one row"
        return DatabaseGauges(
            pending=tuple(
                PendingCount(graph=each["graph"], rule=each["rule"], count=each["count"])
                for each in row["pending"] or ()
            ),
            oldest_pending=row["oldest_pending"] or 0.0,
            undelivered=row["undelivered"],
            oldest_undelivered=row["oldest_undelivered"] or 0.0,
            unposted=row["unposted"],
            oldest_unposted=row["oldest_unposted"] or 0.0,
            unreviewed=row["unreviewed"],
            halted=row["halted"],
            queue_waiting=row["queue_waiting"],
            queue_running=row["queue_running"],
            queue_lag=max(0.0, row["queue_lag"] or 0.0),
            installed_workspaces=row["installed_workspaces"],
            workers=row["workers"],
        )

    async def merge_pending(self) -> None:
        """Add the changes of how many approvals wait to their counts, so that `read` adds up few rows."""
        await run(self._pool, "merge_pending_changes", {})
