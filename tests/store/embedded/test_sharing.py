"""The first use starts the server, the last one stops it, and a kill -9 of either side is made good."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from countersign.store.embedded import EmbeddedPostgres, embedded_postgres
from tests.support.postgres.embedded_probe import (
    answers,
    ask,
    cluster,
    server_processes,
    supervisors,
    until,
    uses,
)


async def test_what_is_written_is_there_at_the_next_start(data_dir: Path) -> None:
    async with embedded_postgres(data_dir) as url, await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    assert not server_processes(data_dir)
    async with embedded_postgres(data_dir) as url:
        assert ask(url, "SELECT n FROM kept") == 42


async def test_a_start_that_is_cancelled_leaves_no_server(data_dir: Path) -> None:
    async def use() -> None:
        async with embedded_postgres(data_dir):
            pytest.fail("it was cancelled before")

    starting = asyncio.create_task(use())
    await asyncio.to_thread(until, (data_dir / "postgres" / "unfinished").exists)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert cluster(data_dir).exists(), "the thread was not waited for"
    assert not server_processes(data_dir)
    until(lambda: not supervisors(data_dir))


def test_it_is_durable_has_room_and_listens_on_no_port(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as url:
        assert [ask(url, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
            "on",
            "on",
            "on",
        ]
        assert ask(url, "SHOW max_connections") == "200"
        postmaster, *_ = server_processes(data_dir)
        assert not postmaster.net_connections("tcp")


def test_processes_that_start_at_once_share_one_server(data_dir: Path) -> None:
    with uses(data_dir, 6, linger=60) as users:
        first, *others = users
        assert all(user.said == first.said for user in others)
        assert answers(first.said)
        for other in others:
            other.end()
        assert answers(first.said), "it stopped although somebody still used it"
        first.end()
        assert not server_processes(data_dir)
    until(lambda: not supervisors(data_dir))


def test_settings_of_another_server_are_not_believed(data_dir: Path) -> None:
    other = {"PGPORT": "1", "PGUSER": "someone", "PGDATABASE": "other", "PGDATA": "/nowhere"}
    with uses(data_dir, environment=other) as [user]:
        assert answers(user.said)
        user.end()
    assert not server_processes(data_dir)


def test_the_server_stops_with_its_last_user_in_the_same_process(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as url:
        with EmbeddedPostgres(data_dir) as same:
            assert same == url
        assert answers(url)
    assert not answers(url)


def test_coming_while_the_last_one_goes_never_gets_a_server_that_stops(data_dir: Path) -> None:
    def come_and_go(_: int) -> int:
        for _ in range(12):
            with EmbeddedPostgres(data_dir, durable=False) as url:
                assert answers(url)
        return 12

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(come_and_go, range(3))) == 36
    assert not server_processes(data_dir)


def test_a_killed_bot_leaves_a_server_that_the_next_one_reuses_and_stops(data_dir: Path) -> None:
    with uses(data_dir, linger=60) as [killed]:
        postmaster = ask(killed.said, "SELECT pg_postmaster_start_time()")
        killed.kill()
    with uses(data_dir, linger=60) as [successor]:
        assert ask(successor.said, "SELECT pg_postmaster_start_time()") == postmaster
        successor.end()
    assert not server_processes(data_dir)


def test_after_a_killed_bot_that_nobody_succeeds_the_server_stops(data_dir: Path) -> None:
    with uses(data_dir, linger=0.2) as [killed]:
        killed.kill()
    until(lambda: not server_processes(data_dir) and not supervisors(data_dir))
    log = (data_dir / "postgres" / "log").read_text()
    assert "database system is shut down" in log, "it should have been stopped in an orderly way"


def test_a_killed_server_is_back_at_the_same_address(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as url:
        for _ in range(2):
            [postmaster, *_] = server_processes(data_dir)
            postmaster.kill()
            until(lambda: answers(url))
    assert not server_processes(data_dir)


def test_a_killed_server_without_a_keeper_is_started_by_the_next_use(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        for process in supervisors(data_dir) + server_processes(data_dir)[:1]:
            process.kill()
        with EmbeddedPostgres(data_dir) as again:
            assert answers(again)
        assert answers(again), "the first use goes on"
    assert not server_processes(data_dir)


def test_a_server_that_lost_its_keeper_is_still_stopped_by_the_last_use(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as url:
        [supervisor] = supervisors(data_dir)
        supervisor.kill()
        assert answers(url)
    assert not server_processes(data_dir)
