"""LangGraph's long-term store on PostgreSQL, shared by all graphs.

The index of langgraph.json's `store` is resolved when the graphs are loaded, before the database is opened,
so that the operator sees errors in it at the start.
"""

from contextlib import AsyncExitStack
from typing import Any

import psycopg
from langchain_core.embeddings import Embeddings
from langgraph.store.base import BaseStore, TTLConfig, ensure_embeddings
from langgraph.store.postgres.aio import AsyncPostgresStore
from langgraph.store.postgres.base import PostgresIndexConfig
from psycopg_pool import AsyncConnectionPool

from countersign.error_translation import translate_errors
from countersign.runs.project.config import GraphConfig
from countersign.runs.project.config_sections import GraphConfigError, IndexSection, TtlSection
from countersign.runs.project.importing import enter_value, import_attribute

_SWEEP_MINUTES = 5.0
_MAX_VECTOR_LENGTH = 2000  # that pgvector can index in full precision; longer ones are indexed in half of it


class LongTermStore(AsyncPostgresStore):
    """Raises DatabaseUnavailable and StatementFailed instead of psycopg's errors."""

    abatch = translate_errors()(AsyncPostgresStore.abatch)
    sweep_ttl = translate_errors()(AsyncPostgresStore.sweep_ttl)


def long_term_store(
    pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]],
    index: PostgresIndexConfig | None,
    ttl: TtlSection | None,
) -> LongTermStore:
    """The store of the running event loop. Its tables exist already."""
    return LongTermStore(pool, index=index, ttl=_ttl_config(ttl) if ttl else None)


def sweep_interval(ttl: TtlSection | None) -> float:
    """Seconds between two deletions of expired items."""
    return ((ttl and ttl.sweep_interval_minutes) or _SWEEP_MINUTES) * 60


def _ttl_config(ttl: TtlSection) -> TTLConfig:
    return {"refresh_on_read": ttl.refresh_on_read, "default_ttl": ttl.default_ttl, "omit_expired": True}


def load_index(config: GraphConfig) -> PostgresIndexConfig | None:
    """The store's index with its embeddings; None where none is asked for. Raises GraphConfigError."""
    index = config.store.index
    if index is None:
        return None
    found: PostgresIndexConfig = {"dims": index.dims, "embed": _embeddings(config, index)}
    if index.fields is not None:
        found["fields"] = index.fields
    if index.dims > _MAX_VECTOR_LENGTH:
        found["ann_index_config"] = {"kind": "hnsw", "vector_type": "halfvec"}
    return found


def _embeddings(config: GraphConfig, index: IndexSection) -> Embeddings:
    place = f'{config.path}: "store.index.embed"'
    if ".py:" in index.embed:
        value = import_attribute(config, "store.index.embed", index.embed)
        if not isinstance(value, Embeddings) and not callable(value):
            raise GraphConfigError(
                f"{place}: {index.embed} is a {type(value).__name__}; it must be an Embeddings object, or a "
                "function from a list of texts to a list of vectors."
            )
        return ensure_embeddings(value)
    try:
        from langchain.embeddings import init_embeddings  # noqa: PLC0415 -- slow, and seldom needed

        return init_embeddings(index.embed)
    except Exception as error:
        raise GraphConfigError(f"{place}: {index.embed} is not available: {error}") from error


async def open_project_store(config: GraphConfig, stack: AsyncExitStack) -> BaseStore | None:
    """The store that `store.path` names, in place of PostgreSQL's; None without one.

    Raises GraphConfigError.
    """
    if config.store.path is None:
        return None
    value = import_attribute(config, "store.path", config.store.path)
    try:
        if not isinstance(value, BaseStore) and callable(value):
            value = await enter_value(value, [], stack)
    except Exception as error:
        raise GraphConfigError(
            f'{config.path}: "store.path": {config.store.path} failed: {type(error).__name__}: {error}'
        ) from error
    if not isinstance(value, BaseStore):
        raise GraphConfigError(
            f'{config.path}: "store.path": {config.store.path} gives a {type(value).__name__}; it must be a '
            "BaseStore, or a function that returns one."
        )
    return value
