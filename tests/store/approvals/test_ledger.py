"""The ledger in PostgreSQL: sealed in order, unchangeable for the bot's role, and tampering shows."""

import asyncio
from contextlib import aclosing
from uuid import uuid4

import psycopg
import pytest

from countersign.approvals.audit import ChainVerifier, EntryHasher, FindingKind, Verification
from countersign.approvals.audit.anchor import Anchor
from countersign.store.approvals.ledger import Ledger
from tests.store.approvals.conftest import HASHER, a_decided_approval, as_owner
from tests.support.harness import Harness, a_thread, open_harness


async def verified(ledger: Ledger, *anchors: Anchor) -> Verification:
    chain = ChainVerifier(HASHER, anchors)
    async with aclosing(ledger.chain()) as rows:
        async for row in rows:
            finding = chain.take(row)
            if finding is not None:
                return chain.result(finding)
    return chain.result(chain.missing_end())


async def test_all_that_happens_to_an_approval_is_sealed_and_verifies(harness: Harness) -> None:
    ledger = Ledger(harness.pool, HASHER)
    await a_decided_approval(harness)

    assert await ledger.seal() == 4, "opened, shown, decided, resumed"
    assert await ledger.seal() == 0

    result = await verified(ledger)
    assert (result.finding, result.sealed, result.unsealed) == (None, 4, 0)
    assert await ledger.head() == Anchor(position=4, link=result.head)


async def test_two_sealers_at_once_give_each_entry_one_place(harness: Harness, database_url: str) -> None:
    async with open_harness(database_url, {}) as other:
        for _ in range(3):
            await a_decided_approval(harness)
            await asyncio.gather(
                *(Ledger(each.pool, HASHER).seal() for each in (harness, other, harness, other))
            )
        await Ledger(harness.pool, HASHER).seal()

    result = await verified(Ledger(harness.pool, HASHER))
    assert (result.finding, result.sealed) == (None, 12)


async def test_an_entry_of_a_running_transaction_is_sealed_after_it_committed(
    harness: Harness, database_url: str
) -> None:
    """Ids are given before commits: an entry with a lower id may appear after one with a higher id."""
    ledger = Ledger(harness.pool, HASHER)
    async with await psycopg.AsyncConnection.connect(database_url) as slow:
        await slow.execute("SELECT pg_current_xact_id()")
        await a_decided_approval(harness)
        await slow.execute(
            "INSERT INTO countersign.ledger (approval_id, thread_id, version, event, hash)"
            " VALUES (gen_random_uuid(), 't', 1, 'opened', 'sha256:0')"
        )
        assert await ledger.seal() == 0
        await slow.rollback()

    assert await ledger.seal() == 4


async def test_an_entry_that_commits_after_many_later_ones_is_sealed_all_the_same(
    harness: Harness, database_url: str
) -> None:
    """More than a quick round looks back, and rounds went on meanwhile."""
    ledger = Ledger(harness.pool, HASHER)
    many = (
        "INSERT INTO countersign.ledger (approval_id, thread_id, version, event, hash)"
        " SELECT gen_random_uuid(), 't', 1, 'opened', 'sha256:0' FROM generate_series(1, %s)"
    )
    await a_decided_approval(harness)
    while await ledger.seal():
        pass
    async with await psycopg.AsyncConnection.connect(database_url) as slow:
        await slow.execute(many, (1,))
        await as_owner(harness, many, 10_100)
        for _ in range(3):  # what is younger than the open transaction has to wait
            assert await ledger.seal() == 0
        await slow.commit()
    async with await psycopg.AsyncConnection.connect(database_url) as slower:
        await slower.execute("SELECT pg_current_xact_id()")
        await as_owner(harness, many, 1)
        sealed = 0
        while found := await ledger.seal():
            sealed += found
        assert sealed == 10_101
    while await ledger.seal():
        pass

    async with harness.pool.connection() as connection:
        row = await (
            await connection.execute(
                "SELECT count(*) AS left FROM countersign.ledger l"
                " WHERE NOT EXISTS (SELECT 1 FROM countersign.ledger_chain c WHERE c.entry_id = l.id)"
            )
        ).fetchone()
    assert row == {"left": 0}


async def test_an_event_that_changes_no_approval_is_in_the_chain(harness: Harness) -> None:
    ledger = Ledger(harness.pool, HASHER)
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)

    await ledger.append(
        approval_id=card.id,
        thread_id=card.thread_id,
        version=card.version,
        event="refused",
        by=await harness.slack.person("UBOB", "T1"),
        detail={"reason": "guest\x00\ud800", "amount": 1e22},
    )

    assert await ledger.seal() == 3
    assert (await verified(ledger)).finding is None
    rows = [row async for row in ledger.exported(approval_id=card.id)]
    assert [row.entry.event for row in rows if row.entry] == ["opened", "shown", "refused"]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("UPDATE countersign.ledger SET actor_name = 'Mallory' WHERE event = 'decided'", FindingKind.CHANGED),
        (
            "UPDATE countersign.ledger SET detail = '{\"via\": \"button\"}' WHERE event = 'decided'",
            FindingKind.CHANGED,
        ),
        ("DELETE FROM countersign.ledger WHERE event = 'decided'", FindingKind.CUT),
        (
            """WITH d AS (DELETE FROM countersign.ledger WHERE event = 'decided' RETURNING id)
               DELETE FROM countersign.ledger_chain WHERE entry_id IN (SELECT id FROM d)""",
            FindingKind.CUT,
        ),
        (
            """INSERT INTO countersign.ledger (approval_id, thread_id, version, event)
               VALUES (gen_random_uuid(), 't', 1, 'decided')""",
            FindingKind.ADDED,
        ),
        (
            """UPDATE countersign.ledger_chain SET entry_id = -entry_id;
               UPDATE countersign.ledger_chain
               SET entry_id = CASE entry_id WHEN -1 THEN 2 WHEN -2 THEN 1 ELSE -entry_id END""",
            FindingKind.REORDERED,
        ),
    ],
    ids=["an actor", "a detail", "an entry", "an entry and its link", "an entry more", "another order"],
)
async def test_what_the_owner_does_to_it_shows(harness: Harness, query: str, kind: FindingKind) -> None:
    ledger = Ledger(harness.pool, HASHER)
    await a_decided_approval(harness)
    await ledger.seal()

    for statement in query.split(";"):
        await as_owner(harness, statement)

    finding = (await verified(ledger)).finding
    assert finding is not None
    assert finding.kind is kind


async def test_a_cut_tail_shows_against_its_anchor(harness: Harness) -> None:
    ledger = Ledger(harness.pool, HASHER)
    await a_decided_approval(harness)
    await ledger.seal()
    anchor = await ledger.head()
    assert anchor is not None

    await as_owner(harness, "DELETE FROM countersign.ledger WHERE event = 'resumed'")
    await as_owner(harness, "DELETE FROM countersign.ledger_chain WHERE position = 4")

    assert (await verified(ledger)).finding is None
    finding = (await verified(ledger, anchor)).finding
    assert finding is not None
    assert finding.kind is FindingKind.CUT


async def test_that_a_version_was_shown_is_no_substitute_for_the_entry_that_made_it(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)

    await as_owner(harness, "DELETE FROM countersign.ledger WHERE event = 'opened'")

    assert await Ledger(harness.pool, HASHER).approval_without_entry() == (str(card.id), 1)


async def test_an_entry_taken_out_before_it_was_sealed_shows_at_its_approval(harness: Harness) -> None:
    ledger = Ledger(harness.pool, HASHER)
    await a_decided_approval(harness)
    assert await ledger.approval_without_entry() is None

    await as_owner(harness, "DELETE FROM countersign.ledger WHERE event = 'resumed'")

    found = await ledger.approval_without_entry()
    assert found is not None
    assert found[1] == 3


@pytest.mark.parametrize("table", ["ledger", "ledger_chain"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
async def test_the_bot_itself_can_change_nothing(harness: Harness, table: str, verb: str) -> None:
    await a_decided_approval(harness)
    await Ledger(harness.pool, HASHER).seal()
    statement = {
        "UPDATE": f"UPDATE countersign.{table} SET {'event' if table == 'ledger' else 'link'} = 'x'",
        "DELETE": f"DELETE FROM countersign.{table}",
        "TRUNCATE": f"TRUNCATE countersign.{table}",
    }[verb]

    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        await harness.rows(statement)


async def test_a_key_that_the_database_does_not_hold_shows_a_rewritten_ledger(harness: Harness) -> None:
    keyed = EntryHasher(uuid4().bytes)
    ledger = Ledger(harness.pool, keyed)
    await ledger.append(approval_id=uuid4(), thread_id="T1/C1/1.1", version=1, event="opened")
    await ledger.seal()
    (row,) = [row async for row in ledger.chain()]
    assert row.entry is not None
    assert row.entry_hash is not None

    assert row.entry_hash.startswith("hmac-sha256:")
    assert keyed.matches(row.entry, row.entry_hash)
    assert not EntryHasher(b"another key that is long").matches(row.entry, row.entry_hash)


async def test_a_process_that_starts_looks_behind_what_an_earlier_one_settled(harness: Harness) -> None:
    ledger = Ledger(harness.pool, HASHER, look_back=2)
    await a_decided_approval(harness)
    while await ledger.seal():
        pass
    await until_settled(harness, ledger)
    (kept,) = await harness.rows("SELECT settled_to FROM countersign.ledger_sealing")
    assert kept["settled_to"] == 4
    # Nothing but the mark tells that these are sealed: whoever looked at all would seal them anew.
    await as_owner(harness, "DELETE FROM countersign.ledger_chain WHERE position < 4")
    await a_decided_approval(harness)

    assert await Ledger(harness.pool, HASHER).seal() == 4


async def until_settled(harness: Harness, ledger: Ledger) -> None:
    """Other transactions of the server end when they end."""
    for _ in range(500):
        await ledger.seal()
        if await harness.rows("SELECT 1 FROM countersign.ledger_sealing"):
            return
        await asyncio.sleep(0.01)
