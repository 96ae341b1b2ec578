"""The embedded PostgreSQL, used while DATABASE_URL is unset."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from countersign.store.embedded.errors import EmbeddedPostgresError
from countersign.store.embedded.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "embedded_postgres"]


@asynccontextmanager
async def embedded_postgres(data_dir: Path, *, durable: bool = True) -> AsyncIterator[str]:
    """The URL of the server of `data_dir`, which runs for as long as it is used.

    Raises EmbeddedPostgresError if it cannot be started; its message says what to do.
    """
    server = EmbeddedPostgres(data_dir, durable=durable)
    # A thread cannot be cancelled: after a cancellation it must finish before its server can be stopped.
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    try:
        yield await asyncio.shield(starting)
    finally:
        with suppress(EmbeddedPostgresError):
            await starting
        await asyncio.to_thread(server.stop)
