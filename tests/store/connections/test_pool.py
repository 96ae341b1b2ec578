"""The pool hands out live connections, and procrastinate and LangGraph can work with what we open."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import procrastinate
import psycopg
import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from countersign.store.connections.pool import (
    Connection,
    DatabaseError,
    configure_for_statements,
    fetch,
    open_pool,
    open_session,
)
from tests.support.postgres.embedded_probe import ask


async def test_rows_are_dicts_and_a_block_is_a_transaction(database_url: str) -> None:
    async with await open_pool(database_url) as pool, pool.connection() as connection:
        cursor = await connection.execute("SELECT 1 AS one")
        assert await cursor.fetchone() == {"one": 1}
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS


async def test_connections_that_the_server_cut_are_replaced_unseen(database_url: str) -> None:
    async with await open_pool(database_url, min_size=2, max_size=2) as pool:
        cut = ask(
            database_url,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'countersign' AND datname = current_database()",
        )
        assert cut == 2
        await _until_nobody_is_connected(database_url)
        for _ in range(3):
            async with pool.connection() as connection:
                await connection.execute("SELECT 1")


async def test_the_operator_sees_who_is_connected_and_may_name_it_otherwise(database_url: str) -> None:
    async def name(url: str) -> object:
        async with (
            await open_pool(url, application_name="countersign worker") as pool,
            pool.connection() as own,
        ):
            cursor = await own.execute("SELECT current_setting('application_name') AS name")
            row = await cursor.fetchone()
            return row and row["name"]

    assert await name(database_url) == "countersign worker"
    assert await name(make_conninfo(database_url, application_name="blue")) == "blue"


async def test_each_connection_is_configured(database_url: str) -> None:
    async def configure(connection: Connection) -> None:
        await connection.execute("SET statement_timeout = '7s'")
        await connection.commit()

    async with await open_pool(database_url, configure=configure) as pool, pool.connection() as connection:
        cursor = await connection.execute("SHOW statement_timeout")
        assert await cursor.fetchone() == {"statement_timeout": "7s"}


async def test_a_statement_is_planned_once_in_a_session(database_url: str) -> None:
    """PostgreSQL's default plans it anew the first five times."""
    pool = await open_pool(database_url, min_size=1, max_size=1, configure=configure_for_statements)
    async with pool:
        for value in range(3):
            await fetch(pool, "thread_state", {"thread_id": str(value)})
        async with pool.connection() as connection:
            found = await connection.execute(
                "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
                ("%thread_id%",),
            )
            assert await found.fetchall() == [{"generic_plans": 3, "custom_plans": 0}]


async def test_procrastinate_defers_in_our_transaction_and_listens(database_url: str) -> None:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector())
    worked = asyncio.Event()

    @app.task(name="work")
    async def work() -> None:
        worked.set()

    async with await open_pool(database_url) as pool, app.open_async(pool):
        # Polling far too seldom to be what wakes the worker: only LISTEN can.
        worker = asyncio.create_task(
            app.run_worker_async(fetch_job_polling_interval=60, install_signal_handlers=False)
        )
        await _until_somebody_listens(database_url)
        async with pool.connection() as connection:
            await work.configure(connection=connection).defer_async()
            await connection.rollback()
        assert ask(database_url, "SELECT count(*) FROM procrastinate_jobs") == 0
        async with pool.connection() as connection:
            await work.configure(connection=connection).defer_async()
        await asyncio.wait_for(worked.wait(), timeout=10)
        worker.cancel()
        await asyncio.wait([worker])


async def _until_nobody_is_connected(url: str) -> None:
    deadline = time.monotonic() + 10
    while ask(
        url,
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = 'countersign' AND datname = current_database()",
    ):
        assert time.monotonic() < deadline, "the server does not cut them"
        await asyncio.sleep(0.02)


async def _until_somebody_listens(url: str) -> None:
    deadline = time.monotonic() + 10
    while not ask(
        url,
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    ):
        assert time.monotonic() < deadline, "the worker does not listen"
        await asyncio.sleep(0.02)


async def test_langgraphs_saver_works_on_a_session(database_url: str) -> None:
    config: RunnableConfig = {"configurable": {"thread_id": "T/C/1", "checkpoint_ns": ""}}
    async with await open_session(database_url) as connection:
        saver = AsyncPostgresSaver(connection)
        kept = await saver.aput(config, empty_checkpoint(), {}, {})
        found = await saver.aget_tuple(kept)
        assert found
        assert found.config == kept


async def test_a_sessions_lock_is_free_when_its_connection_is_gone(database_url: str) -> None:
    first = await open_session(database_url)
    await first.execute("SELECT pg_advisory_lock(1)")
    assert ask(database_url, "SELECT pg_try_advisory_lock(1)") is False
    await first.close()
    async with await open_session(database_url) as second:
        await asyncio.wait_for(second.execute("SELECT pg_advisory_lock(1)"), timeout=5)


async def test_a_peer_that_swallows_packets_is_given_up(database_url: str) -> None:
    async with _over_tcp(database_url) as url, await open_session(url) as connection:
        # The network here loses nothing, so what the kernel was told must do.
        with socket.socket(fileno=os.dup(connection.fileno())) as underneath:
            assert underneath.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            seconds = underneath.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
            assert seconds * underneath.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) <= 20
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert underneath.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000


@asynccontextmanager
async def _over_tcp(url: str) -> AsyncIterator[str]:
    """The same database through a TCP port, which the embedded server does not have."""
    folder = str(conninfo_to_dict(url).get("host", ""))
    if not folder.startswith("/"):
        yield url
        return

    relays: list[asyncio.Task[object]] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        relays.append(task)
        below, to_server = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        await asyncio.gather(_copy(reader, to_server), _copy(below, writer))

    async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield make_conninfo(url, host="127.0.0.1", port=port, sslmode="disable", gssencmode="disable")
        await asyncio.wait_for(asyncio.gather(*relays), timeout=5)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
    await writer.wait_closed()


async def test_a_database_that_is_not_there_is_said_in_time() -> None:
    with pytest.raises(DatabaseError, match="Connection refused"):
        await open_pool("postgresql://nobody@127.0.0.1:1/none", timeout=0.2)
