"""A network that falls silent is noticed at both ends, and a statement that is never answered given up.

Silence is no error: without this a query waits for a quarter of an hour or for ever, and PostgreSQL keeps a
lost session with its thread's lock for two hours.
"""

import asyncio
import os
import socket
import time
from typing import TypeVar

from psycopg import AsyncConnection
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow

RV = TypeVar("RV")

UNANSWERED = 30.0  # seconds; none of our statements takes more than a few
# What this end does. Times are in seconds, but tcp_user_timeout in milliseconds.
NETWORK = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# What the server does. A statement and no option of the connection, which some poolers refuse.
_SERVERS_END = """
SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
       set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '20000', false)
"""


class Answered(AsyncConnection[DictRow]):
    """Breaks when a statement gets no answer; to wait for a notification is no statement."""

    _asked_at: float | None = None
    _looking = False  # whether a look at it is due: one timer serves many statements

    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        self._asked_at = time.monotonic()
        if not self._looking:
            self._look_in(UNANSWERED)
        try:
            return await super().wait(gen, interval, timeout)
        finally:
            self._asked_at = None

    def _look_in(self, seconds: float) -> None:
        self._looking = True
        asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        self._looking = False
        if self._asked_at is None or self.closed:
            return
        left = self._asked_at + UNANSWERED - time.monotonic()
        if left > 0:
            self._look_in(left)
        elif self.pgconn.transaction_status == TransactionStatus.ACTIVE:
            with socket.socket(fileno=os.dup(self.pgconn.socket)) as ours:
                ours.shutdown(socket.SHUT_RDWR)


async def watch_both_ends(connection: AsyncConnection[DictRow]) -> None:
    """Have the server notice, too, when this end is gone."""
    before = connection.autocommit
    await connection.set_autocommit(True)
    await connection.execute(_SERVERS_END)
    await connection.set_autocommit(before)
