"""Translates the driver's errors into the port's: psycopg.OperationalError becomes DatabaseUnavailable."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from countersign.flow.errors import DatabaseUnavailable


@asynccontextmanager
async def translate_errors() -> AsyncIterator[None]:
    """Raise DatabaseUnavailable where PostgreSQL is unreachable, shuts down, is full or refuses sessions."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable from error
