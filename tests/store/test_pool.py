"""The pool hands out live connections, and procrastinate and LangGraph can work with what we open."""

import psycopg

from bot.store.pool import open_pool, open_session


async def test_rows_are_dicts_and_a_block_is_a_transaction(database_url: str) -> None:
    async with await open_pool(database_url) as pool, pool.connection() as connection:
        cursor = await connection.execute("SELECT 1 AS one")
        assert await cursor.fetchone() == {"one": 1}
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS


async def test_connections_that_the_server_cut_are_replaced_unseen(database_url: str) -> None:
    async with await open_pool(database_url, min_size=2, max_size=2) as pool:
        async with await open_session(database_url) as other:
            cursor = await other.execute(
                "SELECT count(pg_terminate_backend(pid)) AS cut FROM pg_stat_activity"
                " WHERE application_name = 'countersign' AND datname = current_database()"
            )
            assert await cursor.fetchone() == {"cut": 2}
        for _ in range(3):
            async with pool.connection() as connection:
                await connection.execute("SELECT 1")
