"""The `state` parameters of installations that were begun. Only their digests are kept."""

import hashlib
from datetime import timedelta

from countersign.error_translation import translates_errors
from countersign.store.connections.pool import Pool, fetch
from countersign.store.queries import QUERIES

MAX_STATES = 10_000  # that may be in use at once


@translates_errors
class OAuthStates:
    """Implements `OAuthStateStore` of countersign.flow.ports."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def issue(self, state: str, lifetime: timedelta) -> None:
        arguments = {"digest": _digest(state), "seconds": lifetime.total_seconds()}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(QUERIES["trim_states"], {"limit": MAX_STATES - 1})
            await connection.execute(QUERIES["issue_state"], arguments)

    async def consume(self, state: str) -> bool:
        return bool(await fetch(self._pool, "consume_state", {"digest": _digest(state)}))


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
