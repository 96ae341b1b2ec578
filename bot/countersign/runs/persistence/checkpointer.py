"""LangGraph's checkpointer on the session of the thread's lock, with database errors translated.

Whatever a run raises is reported as a failure of the graph. Errors of the checkpointer are not, so they must
be recognised wherever LangGraph lets them surface.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg.rows import tuple_row

from countersign.error_translation import translate_errors
from countersign.flow.errors import DatabaseUnavailable
from countersign.runs.persistence.checkpoint_order import continue_after
from countersign.runs.serialization.serializer import InlineValue

_NAMESPACES = "SELECT DISTINCT checkpoint_ns FROM checkpoints WHERE thread_id = %s AND checkpoint_ns <> ''"


class Checkpointer(AsyncPostgresSaver):
    """Raises DatabaseUnavailable and StatementFailed instead of psycopg's errors."""

    aput_writes = translate_errors()(AsyncPostgresSaver.aput_writes)
    adelete_thread = translate_errors()(AsyncPostgresSaver.adelete_thread)
    aprune = translate_errors()(AsyncPostgresSaver.aprune)

    @translate_errors()
    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """As LangGraph's. Checkpoints written afterwards get later ids, whatever the clock says."""
        found = await super().aget_tuple(config)
        if found is not None:
            continue_after(found.checkpoint["id"])
        return found

    @translate_errors()
    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """As LangGraph's. With a key ring no channel's value is stored inside the checkpoint's own JSON,
        where LangGraph writes texts and numbers without asking the serializer."""
        if getattr(self.serde, "key_ring", None) is not None:
            checkpoint, new_versions = _without_inline_values(checkpoint, new_versions)
        return await super().aput(config, checkpoint, metadata, new_versions)

    @translate_errors()
    async def anamespaces(self, thread_id: str) -> list[str]:
        """Where graphs inside the outermost one keep checkpoints in this thread."""
        async with self.lock, self.conn.cursor(row_factory=tuple_row) as cursor:  # type: ignore[union-attr]
            await cursor.execute(_NAMESPACES, (thread_id,))
            return [namespace async for (namespace,) in cursor]


def _without_inline_values(
    checkpoint: Checkpoint, new_versions: ChannelVersions
) -> tuple[Checkpoint, ChannelVersions]:
    """LangGraph stores any other object as a blob, if its version is new. A value that was stored inside an
    earlier checkpoint has no blob yet, so all of them count as new; one that is there is kept."""
    versions = checkpoint["channel_versions"]
    inline = {
        name: InlineValue(value)
        for name, value in checkpoint["channel_values"].items()
        if isinstance(value, str | int | float | bool) and name in versions
    }
    values: Any = {**checkpoint["channel_values"], **inline}
    return (
        {**checkpoint, "channel_values": values},
        {**{name: versions[name] for name in inline}, **new_versions},
    )


def is_database_unavailable(error: BaseException, session: psycopg.AsyncConnection[Any]) -> bool:
    """Whether a run ended because the database was unavailable, and not because its graph failed.

    A closed session has lost the thread's lock, so whatever its run raised is not a failure of the graph.
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
