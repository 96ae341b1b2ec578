"""Stopping a thread: what runs ends, what is saved stays, and only who asked takes back what waits."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import replace

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import NotPending
from countersign.approvals.lifecycle import Outcome, Status
from countersign.flow.conversation.stop_watch import SAY_SO_AFTER, StopWatch
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from countersign.flow.work import Notice
from countersign.runs.graphs import Graphs
from countersign.store.threads.thread_store import ThreadStore
from tests.flow.graphs import working_graphs
from tests.flow.graphs.graphs_to_host import nested, parallel
from tests.flow.graphs.working_graphs import finished, heard, hold
from tests.support.harness import Harness, a_thread, message, open_harness
from tests.support.under_policy import notes

STOPPED = "Stopped. Send a message to go on."


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    working_graphs.gates.clear()
    graphs = {
        "two_steps": working_graphs.two_steps(),
        "nested": nested(),
        "parallel": parallel(),
        "function": working_graphs.function,
    }
    async with open_harness(database_url, graphs) as opened:
        yield opened


class Runs:
    """The harness's graphs, as the bot's watch is given them."""

    def __init__(self, graphs: Graphs) -> None:
        self._graphs = graphs

    @property
    def running(self) -> frozenset[str]:
        return self._graphs.running

    async def stop(self, thread_ids: Collection[str]) -> None:
        self._graphs.stop(thread_ids)


def stop_in(thread: ThreadRef, user: str = "UALICE") -> Inbound:
    return replace(message(thread, "", user=user, may_open=False), kind=InboundKind.STOP)


def watch(harness: Harness) -> StopWatch:
    return StopWatch(harness.threads, Runs(harness.graphs), lambda _thread, _notice: None)


def said(harness: Harness) -> list[str]:
    return harness.slack.texts(OutgoingKind.AGENT_MESSAGE)


async def test_a_run_ends_after_the_step_that_it_is_in_and_a_message_goes_on(harness: Harness) -> None:
    thread = a_thread()
    gate = hold(thread.id)
    run = asyncio.create_task(harness.say(thread, "one"))
    await gate.reached.wait()
    assert await harness.threads.accept(stop_in(thread))

    await watch(harness)()
    gate.go.set()
    await run

    assert (finished[thread.id], said(harness), notes(harness)) == (0, ["Worked: one"], [STOPPED])
    await harness.say(thread, "two")
    assert (finished[thread.id], said(harness)[1:]) == (1, ["Worked: two", "Finished."])


async def test_a_run_whose_process_died_is_stopped_and_not_begun_again(harness: Harness) -> None:
    thread = a_thread()
    gate = hold(thread.id)
    run = asyncio.create_task(harness.say(thread, "one"))
    await gate.reached.wait()
    run.cancel()
    await asyncio.wait([run])
    assert await harness.threads.accept(stop_in(thread))

    await harness.run_thread(thread.id)

    assert heard[thread.id] == ["one"], "the step is not run again"
    assert (finished[thread.id], said(harness)) == (0, [])
    assert notes(harness)[0].startswith(STOPPED)


async def test_what_is_queued_before_the_stop_is_not_read_and_what_comes_after_is(harness: Harness) -> None:
    thread = a_thread()
    gate = hold(thread.id)
    run = asyncio.create_task(harness.say(thread, "one"))
    await gate.reached.wait()
    queued = [message(thread, "two"), message(thread, "three"), stop_in(thread), message(thread, "four")]
    for each in queued:
        assert await harness.threads.accept(each)

    await watch(harness)()
    gate.go.set()
    await run

    assert heard[thread.id] == ["one", "four"]
    assert notes(harness) == [
        f"{STOPPED} 2 queued messages were not read. Send them again if you still need them."
    ]


async def test_a_thread_is_stopped_before_anything_ran_in_it(harness: Harness) -> None:
    thread = a_thread()
    assert await harness.threads.accept(message(thread, "one"))
    assert await harness.threads.accept(stop_in(thread))

    await harness.run_thread(thread.id)

    assert heard[thread.id] == []
    assert notes(harness) == [f"{STOPPED} 1 queued message was not read. Send it again if you still need it."]


async def test_a_decision_that_was_saved_reaches_the_graph_and_then_it_stops(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "approve: pay")
    await harness.vote(await harness.the_card(thread), DecisionKind.APPROVE)
    assert await harness.threads.accept(stop_in(thread))
    gate = hold(thread.id)
    run = asyncio.create_task(harness.run_thread(thread.id))
    await gate.reached.wait()

    await watch(harness)()
    gate.go.set()
    await run

    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    assert (finished[thread.id], said(harness), notes(harness)) == (0, ["Worked: did it"], [STOPPED])


@pytest.mark.parametrize(
    ("first_words", "cards"),
    [("approve: pay", 1), ("ask: how many", 1), ("parallel: x", 2), ("nested: x", 1), ("function: x", 1)],
)
async def test_who_asked_takes_back_what_waits(harness: Harness, first_words: str, cards: int) -> None:
    thread = a_thread()
    await harness.say(thread, first_words)
    waiting = await harness.pending(thread)
    assert len(waiting) == cards

    await harness.take(stop_in(thread))

    assert await harness.pending(thread) == []
    assert notes(harness) == [STOPPED]
    for card in waiting:
        now = (await harness.threads.approval(card.id)).approval  # type: ignore[union-attr]
        assert (now.status, now.outcome) == (Status.WITHDRAWN, Outcome.WITHDRAWN)
        assert now.status_reason == "Stopped by ualice."
        assert harness.slack.cards[card.id] is Status.WITHDRAWN
        with pytest.raises(NotPending):
            await harness.vote(card, DecisionKind.APPROVE)
    entries = await harness.rows(
        "SELECT actor_id FROM countersign.ledger WHERE thread_id = %s AND event = 'withdrawn'", thread.id
    )
    assert [row["actor_id"] for row in entries] == ["UALICE"] * cards


async def test_a_stopped_conversation_goes_on_with_a_message(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "approve: pay")
    await harness.take(stop_in(thread))

    await harness.say(thread, "something else")

    assert said(harness) == ["Worked: something else", "Finished."]
    assert await harness.pending(thread) == []


async def test_somebody_else_stops_no_card(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "approve: pay")
    card = await harness.the_card(thread)

    await harness.take(stop_in(thread, "UBOB"))

    assert (await harness.the_card(thread)).id == card.id
    assert notes(harness) == []
    ((user, text),) = harness.slack.ephemerals
    assert user == "UBOB"
    assert "Only the person who asked can take it back" in text
    await harness.answer(card, DecisionKind.APPROVE)
    assert finished[thread.id] == 1


async def test_a_word_that_decides_is_read_before_a_stop_that_came_after_it(
    harness: Harness,
) -> None:
    thread = a_thread()
    await harness.say(thread, "approve: pay")
    assert await harness.threads.accept(message(thread, "approve", user="UBOB"))
    assert await harness.threads.accept(stop_in(thread))

    await harness.run_thread(thread.id)

    assert (await harness.ledger(thread))[:2] == ["opened", "decided"]


async def test_who_stops_is_named_if_somebody_else_asked(harness: Harness) -> None:
    thread = a_thread()
    gate = hold(thread.id)
    run = asyncio.create_task(harness.say(thread, "one"))
    await gate.reached.wait()
    assert await harness.threads.accept(stop_in(thread, "UBOB"))

    await watch(harness)()
    gate.go.set()
    await run

    assert notes(harness) == ["Stopped by ubob. Send a message to go on."]


async def test_where_nothing_runs_only_who_asked_is_told(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "one")

    await harness.take(stop_in(thread))

    assert notes(harness) == []
    assert harness.slack.ephemerals == [("UALICE", "Nothing is running in this thread.")]


async def test_a_long_step_is_told_to_who_waits_for_it_once() -> None:
    thread = a_thread()
    told: list[tuple[str, str]] = []
    times = (1000.0 + since for since in (0.0, 1.9, SAY_SO_AFTER, SAY_SO_AFTER + 1))

    class Store(ThreadStore):
        def __init__(self) -> None:
            """Without a database."""

        async def stops_of(self, thread_ids: frozenset[str]) -> tuple[Inbound, ...]:
            assert thread_ids == {thread.id}
            return (stop_in_thread,)

    class OneRun:
        running = frozenset({thread.id})

        async def stop(self, thread_ids: Collection[str]) -> None:
            assert set(thread_ids) == {thread.id}

    def notify(_thread: ThreadRef, notice: Notice) -> None:
        told.append((notice.user, str(notice.text)))

    stop_in_thread = stop_in(thread)
    watching = StopWatch(Store(), OneRun(), notify, clock=lambda: next(times))
    for count in (0, 0, 1, 1):
        await watching()
        assert len(told) == count
    assert told == [("UALICE", "Stopping after the agent's current step.")]
