"""Translates the driver's errors into the port's: psycopg.OperationalError becomes StoreAway."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from countersign.flow.ports import StoreAway


@asynccontextmanager
async def translate_errors() -> AsyncIterator[None]:
    """Raise StoreAway where PostgreSQL cannot be reached, shuts down, is full or refuses more connections."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise StoreAway from error
