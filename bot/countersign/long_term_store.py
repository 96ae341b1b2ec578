"""Opens LangGraph's long-term store for graphs: PostgreSQL's, or the project's own."""

from contextlib import AsyncExitStack

from countersign.runs.event_loop.loop_bridge import LoopBridge
from countersign.runs.graphs import Project
from countersign.runs.persistence.long_term_store import LongTermStore, long_term_store
from countersign.runs.project.config import GraphConfig
from countersign.store.connections.address import Address
from countersign.store.connections.pool import open_store_pool
from countersign.store.schema.vector_index import migrate_vector_index


async def open_long_term_store(
    stack: AsyncExitStack, graph_loop: LoopBridge, url: Address, config: GraphConfig, project: Project
) -> None:
    """Give the graphs PostgreSQL's store, unless the project brings one of its own."""
    if project.store is not None:
        return
    if project.index is not None:
        await migrate_vector_index(url, project.index)
    pool = await stack.enter_async_context(graph_loop.enter(lambda: open_store_pool(url)))

    async def open_store() -> LongTermStore:  # on the loop that uses it
        return long_term_store(pool, project.index, config.store.ttl)

    project.store = await graph_loop.call(open_store)
