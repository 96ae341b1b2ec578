"""LangGraph's checkpointer on the session of the thread's lock, with the database's errors told apart.

A run reports whatever its graph raises as a failure of the graph. What its checkpointer raises is none, so it
must be recognised wherever LangGraph lets it surface.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg.rows import tuple_row

from countersign.error_translation import translate_errors
from countersign.flow.errors import DatabaseUnavailable

_NAMESPACES = "SELECT DISTINCT checkpoint_ns FROM checkpoints WHERE thread_id = %s AND checkpoint_ns <> ''"


class Checkpointer(AsyncPostgresSaver):
    """Raises DatabaseUnavailable and StatementFailed instead of psycopg's errors."""

    aget_tuple = translate_errors()(AsyncPostgresSaver.aget_tuple)
    aput = translate_errors()(AsyncPostgresSaver.aput)
    aput_writes = translate_errors()(AsyncPostgresSaver.aput_writes)
    adelete_thread = translate_errors()(AsyncPostgresSaver.adelete_thread)
    aprune = translate_errors()(AsyncPostgresSaver.aprune)

    @translate_errors()
    async def anamespaces(self, thread_id: str) -> list[str]:
        """Where graphs inside the outermost one keep checkpoints in this thread."""
        async with self.lock, self.conn.cursor(row_factory=tuple_row) as cursor:  # type: ignore[union-attr]
            await cursor.execute(_NAMESPACES, (thread_id,))
            return [namespace async for (namespace,) in cursor]


def is_database_unavailable(error: BaseException, session: psycopg.AsyncConnection[Any]) -> bool:
    """Whether a run ended because the database was unavailable, and not because its graph failed.

    A closed session has lost the thread's lock, so whatever its run raised is no failure of the graph.
    """
    return session.closed or any(isinstance(cause, DatabaseUnavailable) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from, and the members of exception groups."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [other for other in (cause.__cause__, cause.__context__) if other is not None]
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions
