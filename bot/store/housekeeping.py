"""What the tables forget in time, and what they can tell of themselves."""

from psycopg.rows import dict_row

from bot.store.pool import Pool
from bot.store.queries import QUERIES


class Housekeeping:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def clean(self) -> None:
        """Forget the events that Slack cannot repeat any more, and the posts that cannot be tried again."""
        for name in ("forget_inbox", "forget_outbox"):
            async with self._pool.connection() as connection:
                await connection.execute(QUERIES[name])

    async def counts(self) -> dict[str, int]:
        """How many approvals are pending and how many messages unposted."""
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(QUERIES["counts"])
            return dict(await cursor.fetchone() or {})

    async def check(self) -> None:
        """Raise if the database does not answer."""
        async with self._pool.connection(timeout=2.0) as connection:
            await connection.execute("SELECT 1")
