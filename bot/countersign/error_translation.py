"""Translates the database driver's errors into those of the flow's ports, at every adapter that uses it.

Unreachable, shutting down, full, read-only or out of connections: DatabaseUnavailable. Anything else that the
driver raises is a defect or a damaged database: StatementFailed, with the driver's error as its cause.
"""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import psycopg
from procrastinate.exceptions import ConnectorException

from countersign.flow.errors import DatabaseUnavailable, StatementFailed

Adapter = TypeVar("Adapter", bound=type)

_UNAVAILABLE = (
    psycopg.OperationalError,  # psycopg_pool's timeouts and a closed connection are subclasses
    psycopg.errors.ReadOnlySqlTransaction,  # a standby after a failover
    psycopg.errors.IdleInTransactionSessionTimeout,
)
_TOO_LARGE = "54"  # an OperationalError too, but the statement will never succeed


@asynccontextmanager
async def translate_errors() -> AsyncIterator[None]:
    """Raise DatabaseUnavailable or StatementFailed instead of what psycopg and procrastinate raise."""
    try:
        yield
    except (psycopg.Error, ConnectorException) as error:
        cause = error.__cause__ if isinstance(error, ConnectorException) else error
        if isinstance(cause, _UNAVAILABLE) and not (cause.sqlstate or "").startswith(_TOO_LARGE):
            raise DatabaseUnavailable from error
        raise StatementFailed from error


def translates_errors(adapter: Adapter) -> Adapter:
    """Class decorator: every public coroutine method translates the driver's errors."""
    for name, method in list(vars(adapter).items()):
        if not name.startswith("_") and inspect.iscoroutinefunction(method):
            decorated: Any = translate_errors()(method)
            setattr(adapter, name, decorated)
    return adapter
