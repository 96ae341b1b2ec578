"""Throwaway databases: one server for the session, one migrated template, a clone of it for each test."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from countersign.store.embedded import EmbeddedPostgres
from countersign.store.schema.migrate import migrate
from tests.support.postgres.scratch_folders import scratch_folder


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server for this process alone, which forgets everything in the end."""
    with scratch_folder() as folder, EmbeddedPostgres(folder, durable=False) as url:
        yield url


@contextmanager
def database(server_url: str, *, template: str = "template1") -> Iterator[str]:
    """The URL of a new database, copied from `template`, dropped in the end with whoever is still in it."""
    name = f"test_{uuid4().hex[:12]}"
    # Copying files takes half of the time that copying through the WAL does, where nothing is synced.
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield with_database(server_url, name)
        finally:
            _wait_until_left(admin, name)
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _wait_until_left(admin: psycopg.Connection, name: str) -> None:
    # PostgreSQL looks for people in it every 100 ms, and who has just closed a connection is gone in two.
    deadline = time.monotonic() + 0.1
    while time.monotonic() < deadline:
        found = admin.execute("SELECT FROM pg_stat_activity WHERE datname = %s LIMIT 1", (name,))
        if found.fetchone() is None:
            return
        time.sleep(0.002)


@contextmanager
def migrated_template(server_url: str) -> Iterator[str]:
    """The name of a database that has every table and no rows."""
    with database(server_url) as url:
        asyncio.run(migrate(url))
        yield str(conninfo_to_dict(url)["dbname"])


def with_database(url: str, name: str) -> str:
    """The same server's URL, for another of its databases."""
    before, _, query = url.partition("?")
    scheme, _, rest = before.partition("://")
    host, _, _ = rest.partition("/")
    return f"{scheme}://{host}/{name}" + (f"?{query}" if query else "")
