"""A decision counts once, and a step is written whole or not at all."""

import asyncio
from dataclasses import replace

import psycopg
import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.flow.errors import Conflict, StatementFailed
from countersign.flow.messages.outgoing import note
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult, Work
from countersign.store.queries import QUERIES
from tests.store.threads.stored_threads import a_waiting_thread, decided, jobs_of, opened
from tests.support.harness import Harness, a_thread, message, open_harness


async def test_two_deciders_at_once_one_wins(harness: Harness, database_url: str) -> None:
    async with open_harness(database_url, {}) as other:
        for _ in range(10):
            thread, approval = await a_waiting_thread(harness)
            before = await jobs_of(harness, thread)
            outcomes = await asyncio.gather(
                harness.threads.decide(decided(approval, "UANN")),
                other.threads.decide(decided(approval, "UBEN", DecisionKind.REJECT)),
                return_exceptions=True,
            )
            assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
            winner = "UANN" if outcomes[0] is None else "UBEN"
            assert await jobs_of(harness, thread) == before + 1
            assert await harness.ledger(thread) == ["opened", "decided"]
            saved = await harness.threads.approval(approval.id)
            assert saved is not None
            (vote,) = saved.approval.votes
            assert vote is not None
            assert vote.by.id == winner


async def test_two_rows_decided_at_once_are_not_both_saved_on_the_same_version(harness: Harness) -> None:
    _, approval = await a_waiting_thread(harness, rows=2)
    await harness.threads.decide(decided(approval, "UANN", row=0))
    with pytest.raises(Conflict):
        await harness.threads.decide(decided(approval, "UBEN", row=1))
    now_ = await harness.threads.approval(approval.id)
    assert now_ is not None
    await harness.threads.decide(decided(now_.approval, "UBEN", row=1))


async def test_a_vote_that_is_not_the_last_wakes_nobody(harness: Harness) -> None:
    thread, approval = await a_waiting_thread(harness, rows=2)
    before = await jobs_of(harness, thread)
    await harness.threads.decide(decided(approval, "UANN"))
    assert await jobs_of(harness, thread) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE countersign.ledger SET actor_id = 'UEVE'",
        "DELETE FROM countersign.ledger",
        "TRUNCATE countersign.ledger",
    ],
)
async def test_the_ledger_takes_nothing_back(harness: Harness, statement: str) -> None:
    thread, _ = await a_waiting_thread(harness)
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        await harness.rows(statement)
    assert await harness.ledger(thread) == ["opened"]


async def everything_of(harness: Harness, thread: ThreadRef) -> tuple[Work | None, list[str], int]:
    posts = await harness.rows("SELECT key FROM countersign.outbox WHERE thread_ts = %s", thread.ts)
    work = await harness.threads.work(thread.id)
    return (
        work and replace(work, thread=replace(work.thread, attempts=0, step_starts=0, fence=0)),
        await harness.ledger(thread),
        len(posts),
    )


async def test_a_conflict_in_the_middle_leaves_nothing_of_the_step(harness: Harness) -> None:
    thread, approval = await a_waiting_thread(harness)
    told = message(thread, "more")
    await harness.threads.accept(told)
    before = await everything_of(harness, thread)
    work = await harness.threads.work(thread.id)
    assert work is not None
    stale = Change(after=replace(approval, version=9).withdrawn("x"), event=Event.WITHDRAWN)
    with pytest.raises(Conflict):
        await harness.threads.save_step(
            StepResult(
                thread=replace(work.thread, graph="g", halted="h"),
                done=(told.key,),
                changes=(opened(thread, digest="another"), stale),
                post=(note(thread, "n", "text"),),
            )
        )
    assert await everything_of(harness, thread) == before


async def test_a_step_that_breaks_at_its_last_line_leaves_nothing(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, _ = await a_waiting_thread(harness)
    told = message(thread, "more")
    await harness.threads.accept(told)
    before = await everything_of(harness, thread)
    work = await harness.threads.work(thread.id)
    assert work is not None
    monkeypatch.setitem(QUERIES, "save_thread", "SELECT 1 / 0")
    with pytest.raises(StatementFailed):
        await harness.threads.save_step(
            StepResult(
                thread=work.thread,
                done=(told.key,),
                changes=(opened(thread, digest="another"),),
                post=(note(thread, "n", "text"),),
            )
        )
    assert await everything_of(harness, thread) == before


async def test_one_question_has_one_open_approval_whoever_opens_it(harness: Harness) -> None:
    thread, _ = await a_waiting_thread(harness)
    work = await harness.threads.work(thread.id)
    assert work is None
    record = (await harness.rows("SELECT * FROM countersign.threads WHERE id = %s", thread.id))[0]
    assert record["attempts"] == 0
    with pytest.raises(Conflict):
        await harness.threads.decide(opened(thread))


async def test_attempts_count_until_the_thread_comes_to_rest(harness: Harness) -> None:
    thread = a_thread()
    told = message(thread, "hi")
    await harness.threads.accept(told)
    counts = []
    for _ in range(2):
        work = await harness.threads.work(thread.id)
        assert work is not None
        counts.append(work.thread.attempts)
    assert work is not None
    await harness.threads.undo_attempt(work.thread)
    work = await harness.threads.work(thread.id)
    assert work is not None
    assert [*counts, work.thread.attempts] == [1, 2, 2]
    await harness.threads.save_step(StepResult(thread=work.thread))
    work = await harness.threads.work(thread.id)
    assert work is not None
    assert work.thread.attempts == 1


async def test_orphaned_threads_get_a_job_and_no_others(harness: Harness) -> None:
    with_job, without, halted_one, fresh = (a_thread() for _ in range(4))
    for thread in (with_job, without):
        await harness.threads.accept(message(thread, "hi"))
    settled, approval = await a_waiting_thread(harness)
    await harness.threads.decide(decided(approval, "UANN"))
    halted_one, failed = await a_waiting_thread(harness)
    await harness.threads.decide(decided(failed, "UANN"))
    await harness.rows("UPDATE countersign.threads SET halted = 'ref' WHERE id = %s", halted_one.id)
    waiting, _ = await a_waiting_thread(harness)
    await harness.rows("UPDATE countersign.inbox SET received_at = received_at - interval '1 minute'")
    await harness.rows("UPDATE countersign.approvals SET changed_at = changed_at - interval '1 minute'")
    await harness.threads.accept(message(fresh, "hi"))
    await harness.rows("DELETE FROM procrastinate_jobs WHERE lock <> %s", with_job.id)

    assert sorted(await harness.threads.requeue_orphaned()) == sorted([without.id, settled.id])
    assert await jobs_of(harness, without) == 1
    assert await jobs_of(harness, waiting) == 0
    assert await harness.threads.requeue_orphaned() == (), "they have a job now"


async def test_a_failed_job_is_no_job(harness: Harness) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "hi"))
    await harness.rows("UPDATE countersign.inbox SET received_at = received_at - interval '1 minute'")
    await harness.rows("UPDATE procrastinate_jobs SET status = 'failed'")
    assert await harness.threads.requeue_orphaned() == (thread.id,)


async def test_what_waits_is_listed_by_team_and_channel_oldest_first(harness: Harness) -> None:
    first, second = [(await a_waiting_thread(harness))[1] for _ in range(2)]
    listed = [waiting.approval.id for waiting in await harness.threads.waiting("T1", None, 10)]
    assert listed == [first.id, second.id]
    assert len(await harness.threads.waiting("T1", ["C1"], 1)) == 1
    assert await harness.threads.waiting("T1", ["C2"], 10) == ()
    assert await harness.threads.waiting("T2", None, 10) == ()
    await harness.threads.decide(decided(first, "UANN"))
    assert [w.approval.id for w in await harness.threads.waiting("T1", ["C1"], 10)] == [second.id]
