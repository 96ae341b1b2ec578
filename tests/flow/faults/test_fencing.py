"""A worker whose lock was lost writes nothing: its successor's rows stay as they are."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from countersign.flow.errors import StaleWorker
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult
from countersign.store.threads.thread_store import ThreadStore
from tests.flow.graphs.prepared_graphs import everything_prepared
from tests.support.harness import Harness, a_thread, message, open_harness

CUT_LOCK_HOLDERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
THREAD = "SELECT last_posted_key, graph, halted, attempts FROM countersign.threads WHERE id = %s"


class Paused:
    """A store whose process is paused before one of its calls, while another worker takes the thread over."""

    def __init__(self, store: ThreadStore, method: str, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._method = method
        self._meanwhile: Callable[[], Awaitable[object]] | None = meanwhile

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)
        if name != self._method or self._meanwhile is None:
            return call
        meanwhile, self._meanwhile = self._meanwhile, None

        async def paused(*arguments: Any, **options: Any) -> Any:
            await meanwhile()
            return await call(*arguments, **options)

        return paused


@pytest.mark.parametrize("method", ["assign_graph", "save_step"])
async def test_a_stale_worker_does_not_write_over_its_successor(database_url: str, method: str) -> None:
    async with (
        open_harness(database_url, everything_prepared()) as stale,
        open_harness(database_url, everything_prepared()) as other,
    ):
        thread = a_thread()
        left: list[dict[str, Any]] = []

        async def taken_over() -> None:
            await other.rows(CUT_LOCK_HOLDERS)
            await other.run_thread(thread.id)
            await other.say(thread, "two")
            left.extend(await other.rows(THREAD, thread.id))

        paused = Paused(stale.threads, method, taken_over)
        stale.run_thread._store = stale.run_thread._execute._store = paused
        await stale.threads.accept(message(thread, "echo: one"))
        with pytest.raises(StaleWorker):
            await stale.run_thread(thread.id)

        assert await other.rows(THREAD, thread.id) == left
        assert other.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said one.", "You said two."]
        assert stale.slack.texts(OutgoingKind.AGENT_MESSAGE) == []


async def test_a_stale_worker_takes_back_no_attempt_but_its_own(harness: Harness) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "hi"))
    first, second = await _work(harness, thread), await _work(harness, thread)
    await harness.threads.undo_attempt(first)
    assert await _attempts(harness, thread) == 2
    await harness.threads.undo_attempt(second)
    assert await _attempts(harness, thread) == 1


async def test_of_two_results_of_one_thread_the_later_steps_is_kept(harness: Harness) -> None:
    thread = a_thread()
    told = message(thread, "hi")
    await harness.threads.accept(told)
    stale, latest = await _work(harness, thread), await _work(harness, thread)
    with pytest.raises(StaleWorker):
        await harness.threads.save_step(StepResult(thread=stale, done=(told.key,)))
    assert await harness.rows("SELECT 1 FROM countersign.inbox WHERE done_at IS NULL"), (
        "nothing of it was written"
    )
    assert not (await harness.threads.save_step(StepResult(thread=latest, done=(told.key,)))).more


async def _work(harness: Harness, thread: ThreadRef) -> Any:
    work = await harness.threads.work(thread.id)
    assert work is not None
    return work.thread


async def _attempts(harness: Harness, thread: ThreadRef) -> int:
    (row,) = await harness.rows("SELECT attempts FROM countersign.threads WHERE id = %s", thread.id)
    return int(row["attempts"])
