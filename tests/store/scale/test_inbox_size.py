"""Ten thousand approvals that wait for one person: a page of them is found by an index, in a moment."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from countersign.flow.home.counting import COUNTED
from countersign.store.connections.pool import configure_for_statements, open_pool
from countersign.store.homes import InboxStore
from tests.store.scale.test_plans import generic_plan
from tests.support.postgres import databases

PENDING = 10_000


@pytest.fixture(scope="module")
def crowded(server_url: str, database_template: str) -> Iterator[str]:
    """Ten thousand that wait in C1, every hundredth with a deadline, and ten times as many elsewhere."""
    with databases.database(server_url, template=database_template) as url:
        with psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO countersign.threads (id)"
                " SELECT 'T1/C' || CASE WHEN n <= 10000 THEN 1 ELSE 2 END || '/' || n"
                " FROM generate_series(1, 110000) n"
            )
            connection.execute(
                "INSERT INTO countersign.approvals"
                " (id, thread_id, interrupt_id, digest, status, votes, version, value,"
                " opened_at, requester, awaits, excused, deadline)"
                " SELECT gen_random_uuid(), id, 'i', 'd', 'pending', '[null]', 1,"
                " json_build_object('type', 'tool_approval', 'name', 'step', 'args',"
                " json_build_object('text', repeat('x', 500))),"
                " timestamptz '2026-01-01' + split_part(id, '/', 3)::int * interval '1 second', 'U1',"
                " ARRAY['in:' || split_part(id, '/', 2)], '{}',"
                " CASE WHEN split_part(id, '/', 3)::int % 100 = 0"
                "      THEN timestamptz '2027-01-01' - split_part(id, '/', 3)::int * interval '1 second' END"
                " FROM countersign.threads"
            )
            connection.execute("ANALYZE")
        yield url


async def test_every_page_comes_in_a_moment_and_in_order(crowded: str) -> None:
    async with await open_pool(crowded, min_size=1, configure=configure_for_statements) as pool:
        store, seen, slowest = InboxStore(pool), [], 0.0
        for offset in (0, 8, 96, 5_000, PENDING - 8):
            began = time.monotonic()
            page, total = await store.waiting_for("T1", "U2", ["in:C1", "U2"], ["C1"], offset, 8)
            slowest = max(slowest, time.monotonic() - began)
            assert total == COUNTED + 1, "it is not counted to its end"
            assert len(page) == 8
            seen += [each.approval for each in page]
        assert slowest < 0.5, slowest
    numbers = [int(each.thread_id.split("/")[2]) for each in seen]
    assert numbers[:8] == [10_000 - 100 * n for n in range(8)], "the soonest to expire first"
    assert numbers[16:24] == [400, 300, 200, 100, 1, 2, 3, 4], "then the oldest"
    assert numbers[-1] == 9_999


@pytest.mark.parametrize("query", ["waiting_for", "waiting_elsewhere"])
def test_what_waits_is_found_by_the_index_of_whom_it_waits_for(crowded: str, query: str) -> None:
    with psycopg.connect(crowded, autocommit=True) as connection:
        plan = generic_plan(connection, query)
    assert "awaiting_pkey" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "Function Scan on awaiting_channels" not in plan, f"it is not inlined:\n{plan}"


async def test_channels_elsewhere_are_those_with_cards_that_the_person_is_not_in(crowded: str) -> None:
    async with await open_pool(crowded, min_size=1, configure=configure_for_statements) as pool:
        store, keys = InboxStore(pool), ["in:C1", "in:C2", "in:C3"]
        assert await store.waiting_elsewhere("T1", keys, ["C1"], 8) == ("C2",)
        assert set(await store.waiting_elsewhere("T1", keys, [], 8)) == {"C1", "C2"}
        assert await store.waiting_elsewhere("T2", keys, [], 8) == ()
