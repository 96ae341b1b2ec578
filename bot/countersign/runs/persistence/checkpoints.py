"""Compacts and deletes the checkpoints of idle threads. The caller holds the thread's lock."""

from typing import Any

import psycopg
import structlog

from countersign.runs.persistence.checkpointer import Checkpointer

log = structlog.get_logger()


class Checkpoints:
    async def compact(self, thread_id: str, session: psycopg.AsyncConnection[Any]) -> None:
        """Delete all but the latest checkpoint; a thread that LangGraph cannot compact is left unchanged."""
        try:
            await Checkpointer(session).aprune([thread_id], strategy="keep_latest")
        except NotImplementedError:  # a DeltaChannel needs its history (deepagents has them)
            log.debug("thread_not_compacted", thread_id=thread_id)

    async def delete(self, thread_id: str, session: psycopg.AsyncConnection[Any]) -> None:
        """Delete all checkpoints of the thread."""
        await Checkpointer(session).adelete_thread(thread_id)
