"""The command `halted`: threads whose last step failed or was parked, and how to retry one."""

import asyncio

from countersign.approvals.errors import CountersignError
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.thread import ThreadRef
from countersign.settings import DatabaseSettings
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import open_pool
from countersign.store.diagnostics import Diagnostics
from countersign.store.threads.thread_store import ThreadStore


class ThreadNotHalted(CountersignError):
    """No thread with this id has stopped. `countersign halted` lists those that have."""


async def list_halted_threads(settings: DatabaseSettings) -> list[str]:
    """One line per halted thread, oldest first: its id, graph, Error ID, and since when."""
    given = settings.database
    async with open_database(given, settings.data_dir) as url, await open_pool(url, max_size=2) as pool:
        halted = await Diagnostics(pool).halted_threads()
    return [
        f"{thread.thread_id}  graph {thread.graph or '-'}  Error ID {thread.error_id}  "
        f"since {thread.since:%Y-%m-%d %H:%M:%S %Z}"
        for thread in halted
    ]


async def retry_halted_thread(settings: DatabaseSettings, thread_id: str) -> None:
    """Queue the failed step of this thread again. Raises ThreadNotHalted."""
    given = settings.database
    async with open_database(given, settings.data_dir) as url, await open_pool(url, max_size=2) as pool:
        halted = {thread.thread_id: thread for thread in await Diagnostics(pool).halted_threads()}
        if thread_id not in halted:
            raise ThreadNotHalted
        retry = Inbound(
            key=f"retry:{thread_id}:{halted[thread_id].error_id}:operator:{asyncio.get_running_loop().time()}",
            kind=InboundKind.RETRY,
            thread=ThreadRef.parse(thread_id),
            user="",
            may_open=False,
        )
        await ThreadStore(pool).accept(retry)
