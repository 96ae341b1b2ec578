"""psycopg's errors of a database that is away, as the flow knows them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from countersign.flow.ports import StoreAway


@asynccontextmanager
async def away_is_told() -> AsyncIterator[None]:
    """Raise StoreAway where PostgreSQL cannot be reached, ends, is full or refuses more connections."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise StoreAway from error
