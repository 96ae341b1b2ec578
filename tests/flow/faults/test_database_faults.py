"""A database that fails is reported as such at every port, and never as a failure of the graph."""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from langgraph.graph import START, MessagesState, StateGraph

from countersign.approvals.decision import DecisionKind
from countersign.error_translation import translate_errors
from countersign.flow import ports
from countersign.flow.errors import DatabaseUnavailable, RunFailed, StatementFailed
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, ThreadRoot
from countersign.flow.ports.database.retention import BEFORE_ALL
from countersign.flow.review import Review
from countersign.flow.slots import Slot, slot_limits
from countersign.flow.thread import ThreadRef
from countersign.flow.work import ApprovalMessage
from countersign.runs.loading import LoadedGraph
from countersign.store.retention import RetentionStore
from countersign.store.threads.run_slots import RunSlots
from countersign.store.threads.thread_store import ThreadStore
from tests.flow.graphs.graphs_to_host import gated
from tests.store.threads.stored_threads import opened
from tests.support.harness import Harness, a_thread, message, open_harness

APPROVE = DecisionKind.APPROVE
ROW = "SELECT attempts, halted FROM countersign.threads WHERE id = %s"


class CutSession:
    """Graphs whose thread's session is cut as soon as they are bound: a failover, a restart of PostgreSQL."""

    def __init__(self, harness: Harness) -> None:
        self._graphs = harness.graphs
        self._house = harness

    def __getattr__(self, name: str) -> Any:
        return getattr(self._graphs, name)

    @asynccontextmanager
    async def bind(self, name: str, thread: ThreadRef, session: Any, *more: Any) -> AsyncIterator[Any]:
        await self._house.rows("SELECT pg_terminate_backend(%s, 5000)", session.info.backend_pid)
        async with self._graphs.bind(name, thread, session, *more) as graph:
            yield graph


def built_per_run() -> LoadedGraph:
    return LoadedGraph(name="gated", sample=gated().compile(), factory=lambda config: gated())


@pytest.mark.parametrize("graph", [gated(), built_per_run()], ids=["compiled", "built-per-run"])
async def test_a_session_that_is_cut_is_no_failed_run_and_no_attempt(database_url: str, graph: Any) -> None:
    async with open_harness(database_url, {"gated": graph}) as harness:
        thread = a_thread()
        await harness.say(thread, "deploy")
        await harness.vote(await harness.the_card(thread), APPROVE)
        runner = harness.run_thread
        runner._execute._graphs = CutSession(harness)
        for _ in range(6):
            with pytest.raises(DatabaseUnavailable):
                await runner(thread.id)
        assert await harness.rows(ROW, thread.id) == [{"attempts": 0, "halted": None}]
        assert harness.slack.of(OutgoingKind.FAILURE) == []

        runner._execute._graphs = harness.graphs
        await runner(thread.id)
        assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]


async def test_a_session_that_is_cut_in_a_node_is_no_failed_run(database_url: str) -> None:
    houses: list[Harness] = []

    async def cut(state: MessagesState) -> dict[str, Any]:
        if len(houses) == 1:
            await houses.pop().rows(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        return {"messages": [("ai", "done")]}

    graph = StateGraph(MessagesState)
    graph.add_node("cut", cut)
    graph.add_edge(START, "cut")
    async with open_harness(database_url, {"g": graph}) as harness:
        houses.append(harness)
        thread = a_thread()
        await harness.threads.accept(message(thread, "hi"))
        with pytest.raises(DatabaseUnavailable):
            await harness.run_thread(thread.id)
        await harness.run_thread(thread.id)
        assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["done"]
        assert harness.slack.of(OutgoingKind.FAILURE) == []


async def test_a_database_of_the_graphs_own_that_fails_is_a_failed_run(database_url: str) -> None:
    async def connect(state: MessagesState) -> dict[str, Any]:
        await psycopg.AsyncConnection.connect("postgresql://nobody@127.0.0.1:1/none")
        raise AssertionError

    graph = StateGraph(MessagesState)
    graph.add_node("connect", connect)
    graph.add_edge(START, "connect")
    async with open_harness(database_url, {"g": graph}) as harness:
        thread = a_thread()
        await harness.say(thread, "hi")
        assert len(harness.slack.of(OutgoingKind.FAILURE)) == 1


async def test_an_attempt_is_taken_back_when_the_database_is_there_again(harness: Harness) -> None:
    """Otherwise a database that goes five times would look like a step that ends its process."""
    thread = a_thread()
    await harness.threads.accept(message(thread, "echo: one"))
    store = ComesBack(harness.threads)
    harness.run_thread._store = store
    with pytest.raises(DatabaseUnavailable):
        await harness.run_thread(thread.id)
    assert store.refusals == []
    assert await harness.rows(ROW, thread.id) == [{"attempts": 0, "halted": None}]


class ComesBack:
    """A database that goes before a step is saved, and is back at the second try to undo its attempt."""

    def __init__(self, store: ThreadStore) -> None:
        self._store = store
        self.refusals = ["save_step", "undo_attempt"]

    def __getattr__(self, name: str) -> Any:
        if name not in self.refusals:
            return getattr(self._store, name)

        async def refuse(*_arguments: Any, **_options: Any) -> Any:
            self.refusals.remove(name)
            raise DatabaseUnavailable

        return refuse


PORTS = (ports.Store, ports.Outbox, ports.Effects, ports.RetentionStore, ports.RunSlots)


def arguments_of(harness: Harness, thread: ThreadRef) -> dict[str, Any]:
    """An argument for each parameter that a method of these ports has."""
    row = Outgoing(
        key="k", kind=OutgoingKind.NOTE, team="T1", channel="C1", thread_ts=thread.ts, body={"text": "t"}
    )
    root = ThreadRoot(key="r", team="T1", channel="C1", user="U1", text="t", response_url="")
    return {
        "inbound": message(thread, "hi"),
        "mention": message(thread, "hi"),
        "root": root,
        "opening": root,
        "thread_id": thread.id,
        "approval_id": uuid4(),
        "team": "T1",
        "channels": None,
        "limit": 10,
        "channel": "C1",
        "thread_ts": thread.ts,
        "key": "k",
        "row": row,
        "ts": "1.0",
        "rendered_version": 1,
        "version": 1,
        "seconds": 1.0,
        "after": BEFORE_ALL,
        "before": "2.0",
        "error": "e",
        "result": {"a": 1},
        "slot": Slot(fence=1),
        "shows": opened(thread).after,
        "approval": opened(thread).after,
        "review": Review(opened(thread).after),
        "note": row,
        "message": ApprovalMessage(
            key="m", kind=OutgoingKind.POINTER, approval_id=uuid4(), channel="C1", ts="1.0"
        ),
    }


async def test_every_method_of_every_port_says_that_the_database_is_unavailable(harness: Harness) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "hi"))
    work = await harness.threads.work(thread.id)
    assert work is not None
    adapters = (
        harness.threads,
        harness.outbox,
        harness.effects,
        RetentionStore(harness.pool),
        RunSlots(harness.pool, slot_limits(1)),
    )
    given = arguments_of(harness, thread) | {"thread": work.thread}
    await harness.pool.close()
    tried = 0
    for port, adapter in zip(PORTS, adapters, strict=True):
        for method_name in (name for name, _ in inspect.getmembers(port, inspect.iscoroutinefunction)):
            if method_name in {"save_step", "decide"}:
                continue  # the tests above have them
            method = getattr(adapter, method_name)
            with pytest.raises(DatabaseUnavailable):
                await method(**{name: given[name] for name in inspect.signature(method).parameters})
            tried += 1
    assert tried > 20


async def test_a_lock_whose_database_is_unavailable_says_so(harness: Harness) -> None:
    await harness.sessions.close()
    with pytest.raises(DatabaseUnavailable):
        async with harness.locks.hold("T1/C1/1.0"):
            raise AssertionError


async def test_a_vote_whose_job_cannot_be_deferred_is_not_saved(harness: Harness, database_url: str) -> None:
    """The queue's library wraps the driver's error in its own."""
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as admin:
        await admin.execute("ALTER FUNCTION procrastinate_defer_jobs_v1 RENAME TO gone")
    with pytest.raises(StatementFailed):
        await harness.vote(card, APPROVE)
    assert (await harness.the_card(thread)).version == card.version


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (psycopg.errors.AdminShutdown("x"), DatabaseUnavailable),
        (psycopg.errors.DiskFull("x"), DatabaseUnavailable),
        (psycopg.errors.TooManyConnections("x"), DatabaseUnavailable),
        (psycopg.errors.ReadOnlySqlTransaction("x"), DatabaseUnavailable),
        (psycopg.errors.DeadlockDetected("x"), DatabaseUnavailable),
        (psycopg.errors.StatementTooComplex("x"), StatementFailed),
        (psycopg.errors.UndefinedTable("x"), StatementFailed),
        (psycopg.DataError("x"), StatementFailed),
        (RunFailed("id", "hint"), RunFailed),
        (ValueError("x"), ValueError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
async def test_what_becomes_of_each_error(raised: Exception, expected: type[Exception]) -> None:
    with pytest.raises(expected) as found:
        async with translate_errors():
            raise raised
    assert found.value is raised or found.value.__cause__ is raised
