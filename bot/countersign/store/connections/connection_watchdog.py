"""Detects a network that drops packets silently: TCP keepalives at both ends, and a timeout per statement.

Packet loss raises no error: without this a query waits for a quarter of an hour or without end, and
PostgreSQL keeps a lost session, with its thread's lock, for two hours.
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

STATEMENT_TIMEOUT = 30.0  # seconds; none of our statements takes more than a few
# For the client's end. Times are in seconds, but tcp_user_timeout in milliseconds.
TCP_OPTIONS = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class WatchedConnection(AsyncConnection[DictRow]):
    """Shuts its socket down when a statement gets no answer; waiting for a notification does not count."""

    _asked_at: float | None = None
    _check_scheduled = False  # one timer serves many statements

    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        self._asked_at = time.monotonic()
        if not self._check_scheduled:
            self._schedule_check(STATEMENT_TIMEOUT)
        try:
            return await super().wait(gen, interval, timeout)
        finally:
            self._asked_at = None

    def _schedule_check(self, seconds: float) -> None:
        self._check_scheduled = True
        asyncio.get_running_loop().call_later(seconds, self._check)

    def _check(self) -> None:
        self._check_scheduled = False
        if self._asked_at is None or self.closed:
            return
        left = self._asked_at + STATEMENT_TIMEOUT - time.monotonic()
        if left > 0:
            self._schedule_check(left)
        elif self.pgconn.transaction_status == TransactionStatus.ACTIVE:
            with socket.socket(fileno=os.dup(self.pgconn.socket)) as ours:
                ours.shutdown(socket.SHUT_RDWR)
