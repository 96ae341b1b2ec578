"""Failpoints: interrupt a bot at one exact commit, Web API call or acknowledgement, from outside.

A commit is interrupted by a deferred constraint trigger in the test's database: it runs inside COMMIT, and at
the chosen one it waits for a lock that the test holds. The bot is then killed, and the test decides whether
the commit still happens or not.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from slack_local.fault_injection import ApiFault
from slack_local.model.wire_log import ApiCall, Attempt
from tests.chaos.fleet.bot_fleet import Fleet, Replica

_LOCK = 4_711
TABLES = (
    "countersign.inbox",
    "countersign.threads",
    "countersign.approvals",
    "countersign.outbox",
    "countersign.effects",
    "checkpoints",
    "checkpoint_writes",
    "procrastinate_jobs",
)
_SET_UP = f"""
CREATE SCHEMA chaos;
CREATE SEQUENCE chaos.seen;
CREATE TABLE chaos.target (n bigint);
INSERT INTO chaos.target VALUES (0);
CREATE FUNCTION chaos.hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('chaos.seen') = (SELECT n FROM chaos.target) THEN
        PERFORM set_config('application_name', 'caught ' || lower(TG_OP) || ' ' || TG_TABLE_NAME, false);
        PERFORM pg_advisory_xact_lock_shared({_LOCK});
    END IF;
    RETURN NULL;
END;
$$;
"""
_ON_TABLE = """
CREATE CONSTRAINT TRIGGER zz_chaos AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chaos.hold()
"""
_CAUGHT = """
SELECT pid, substr(application_name, 8) AS what FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'caught %' AND wait_event = 'advisory'
"""


@dataclass
class CommitFailpoint:
    """Blocks one commit of any bot on this database."""

    connection: psycopg.AsyncConnection[dict[str, Any]]

    async def set_at(self, number: int) -> None:
        """Block the change with this number, counted from now; 0 blocks none."""
        await self.connection.execute("SELECT setval('chaos.seen', 1, false)")
        await self.connection.execute("UPDATE chaos.target SET n = %s", (number,))

    async def caught(self) -> tuple[int, str] | None:
        """The backend that is blocked in its commit, and what it changed."""
        found = await (await self.connection.execute(_CAUGHT)).fetchone()
        return (found["pid"], found["what"]) if found else None

    async def let_commit(self, backend: int) -> None:
        await self.set_at(0)
        await self.connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
        await self._gone(backend)
        await self.connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))

    async def lose(self, backend: int) -> None:
        await self.set_at(0)
        await self.connection.execute("SELECT pg_terminate_backend(%s)", (backend,))
        await self._gone(backend)

    async def _gone(self, backend: int) -> None:
        """A backend whose client is dead ends after its statement."""
        query = "SELECT FROM pg_stat_activity WHERE pid = %s"
        async with asyncio.timeout(10):
            while await (await self.connection.execute(query, (backend,))).fetchone():  # noqa: ASYNC110 -- rows
                await asyncio.sleep(0.01)


@asynccontextmanager
async def commit_failpoint(fleet: Fleet, tables: Sequence[str] = TABLES) -> AsyncIterator[CommitFailpoint]:
    async with await psycopg.AsyncConnection.connect(
        fleet.stage.database_url, autocommit=True, row_factory=dict_row
    ) as connection:
        await connection.execute(_SET_UP.encode())
        for table in tables:
            await connection.execute(_ON_TABLE.format(table=table).encode())
        await connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        yield CommitFailpoint(connection)


class WireFailpoint:
    """Kills a bot while its Web API call is in progress, or when it acknowledges a delivery."""

    def __init__(self, fleet: Fleet, bot: Replica) -> None:
        self._fleet = fleet
        self._bot = bot
        self.caught: str | None = None

    @asynccontextmanager
    async def at_call(self, method: str, number: int, *, done: bool) -> AsyncIterator[None]:
        """Kill at this call of the method, counted from 0. Slack never answers; `done`: it took the call."""
        faults = self._fleet.ws.faults
        rule = None if done else faults.on_call(method, ApiFault.DROP, skip=number)
        after = self._fleet.ws.log.cursor

        def look() -> str | None:
            calls: list[ApiCall] = self._fleet.ws.log.calls(method, since=after)
            if not done:
                return next((call.method for call in calls if call.fault), None)
            finished = [call for call in calls if call.status]
            return finished[number].method if len(finished) > number else None

        async with self._killing("calls", look):
            yield
        if rule in faults.api:
            faults.api.remove(rule)

    @asynccontextmanager
    async def at_acknowledgement(self, name: str, number: int) -> AsyncIterator[None]:
        """Kill as soon as this delivery of the name, counted from 0, was acknowledged."""
        after = self._fleet.ws.log.cursor

        def look() -> str | None:
            attempts: list[Attempt] = self._fleet.ws.log.attempts(name, since=after)
            taken = [attempt for attempt in attempts if attempt.acknowledged_after is not None]
            return taken[number].name if len(taken) > number else None

        async with self._killing("deliveries", look):
            yield

    @asynccontextmanager
    async def _killing(self, topic: str, look: Callable[[], str | None]) -> AsyncIterator[None]:
        self.caught = None

        def told(topics: Sequence[Hashable]) -> None:
            # Synchronously in the notification: nothing more is sent to the bot after this.
            if self.caught is None and topic in topics and (found := look()):
                self.caught = found
                self._bot.send(signal.SIGKILL)

        stop = self._fleet.ws.slack.changes.subscribe(told)
        try:
            yield
        finally:
            stop()


async def expire_leases(fleet: Fleet) -> None:
    """Let a dead worker's heartbeat and outbox claims expire, which otherwise takes 6 and 20 seconds."""
    async with await psycopg.AsyncConnection.connect(fleet.stage.database_url, autocommit=True) as connection:
        await connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'"
        )
        await connection.execute(
            "UPDATE countersign.outbox SET due_at = due_at - interval '1 minute' WHERE posted_at IS NULL"
        )
