"""An answer reaches the question that it was given to, or it is not used and the thread is told so."""

import asyncio
import itertools
from typing import Annotated, Any, NotRequired, TypedDict

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

from countersign.approvals.lifecycle import Status
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.steps.resuming.resume_check import ResumeStatus
from tests.flow.graphs.one_node_graphs import NO, TELL, YES, Answers, decided, one_node, results, status
from tests.support.harness import Harness, a_thread, asked, open_harness
from tests.support.processes.crash_injection import CrashError


async def test_an_answer_to_other_words_under_the_same_id_is_not_used(database_url: str) -> None:
    """The left branch asks about another amount whenever its node runs, and it runs when its sibling does."""
    amounts = itertools.count(1)

    def left(state: Answers) -> dict[str, Any]:
        return {"answers": [["left", interrupt({"question": "Pay?", "amount": next(amounts)})]]}

    def right(state: Answers) -> dict[str, Any]:
        return {"answers": [["right", interrupt({"question": "Right?", "x": 1})]]}

    graph = StateGraph(Answers)
    graph.add_node("left", left)
    graph.add_node("right", right)
    graph.add_edge(START, "left")
    graph.add_edge(START, "right")
    async with open_harness(database_url, {"g": graph}) as harness:
        thread = a_thread()
        await harness.say(thread, "x")
        cards = {
            str(a.value["question"]): a for a in await harness.pending(thread) if isinstance(a.value, dict)
        }
        await harness.vote(cards["Right?"], YES)
        await harness.vote(cards["Pay?"], YES)

        await harness.run_thread(thread.id)

        (again,) = await harness.pending(thread)
        assert again.interrupt_id == cards["Pay?"].interrupt_id
        assert again.value != cards["Pay?"].value
        assert results(harness) == [], "nobody has agreed to the new amount"
        found, reason = await status(harness, cards["Pay?"])
        assert found is Status.WITHDRAWN
        assert "not used" in str(reason)
        (note,) = harness.slack.texts(OutgoingKind.NOTE)
        assert "card of its own" in note


class DiesBeforeSaving:
    """A worker's process that ends after the graph took the answer, before a row says so."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.deaths = 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def save_step(self, *args: Any, **kwargs: Any) -> Any:
        if self.deaths:
            self.deaths -= 1
            raise CrashError
        return await self._store.save_step(*args, **kwargs)


async def test_the_same_words_asked_twice_get_an_answer_each_with_a_crash_between(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "in_turn: x")
    await harness.vote(await harness.the_card(thread), TELL, "one")
    harness.run_thread._store = DiesBeforeSaving(harness.threads)
    with pytest.raises(CrashError):
        await harness.run_thread(thread.id)

    await harness.run_thread(thread.id)

    await harness.answer(await harness.the_card(thread), TELL, "two")
    assert [result["answers"] for result in results(harness)] == [["one", "two"]]


def fails_between_questions(broken: list[bool]) -> Any:
    def node(_state: Answers) -> dict[str, Any]:
        first = interrupt({"question": "Delete the draft?", "x": 1})
        if broken:
            raise RuntimeError("the mail server is away")
        return {"answers": [first, interrupt({"question": "Delete the archive?", "x": 1})]}

    return one_node(node)


async def test_a_step_that_fails_between_two_questions_does_not_answer_the_second_with_the_first(
    database_url: str,
) -> None:
    """LangGraph stored the answer with the error: given once more, it would answer the next question."""
    broken = [True]
    async with open_harness(database_url, {"g": fails_between_questions(broken)}) as harness:
        thread = a_thread()
        first = await decided(harness, thread)
        await harness.run_thread(thread.id)
        assert len(harness.slack.of(OutgoingKind.FAILURE)) == 1
        broken.clear()

        await harness.take(asked(thread, InboundKind.RETRY))

        assert (await status(harness, first))[0] is Status.RESUMED
        second = await harness.the_card(thread)
        assert second.value == {"question": "Delete the archive?", "x": 1}
        await harness.answer(second, NO)
        assert [result["answers"] for result in results(harness)] == [[True, False]]


async def test_an_answer_that_is_stored_with_an_error_nobody_saved_is_not_given_twice(
    database_url: str,
) -> None:
    """The step failed, and its worker died before a row said so: its successor sees no failure."""
    broken = [True]
    async with open_harness(database_url, {"g": fails_between_questions(broken)}) as harness:
        thread = a_thread()
        await decided(harness, thread)
        harness.run_thread._store = DiesBeforeSaving(harness.threads)
        with pytest.raises(CrashError):
            await harness.run_thread(thread.id)
        broken.clear()

        await harness.run_thread(thread.id)

        assert (await harness.the_card(thread)).value == {"question": "Delete the archive?", "x": 1}


async def test_a_worker_that_is_stopped_between_two_questions_does_not_answer_both(database_url: str) -> None:
    waits = [asyncio.Event()]
    stopped = asyncio.Event()

    async def node(_state: Answers) -> dict[str, Any]:
        first = interrupt({"question": "Delete the draft?", "x": 1})
        if waits:
            stopped.set()
            await waits[0].wait()
        return {"answers": [first, interrupt({"question": "Delete the archive?", "x": 1})]}

    async with open_harness(database_url, {"g": one_node(node)}) as harness:
        thread = a_thread()
        await decided(harness, thread)
        worker = asyncio.create_task(harness.run_thread(thread.id))
        await stopped.wait()
        worker.cancel()
        with pytest.raises(asyncio.CancelledError):
            await worker
        waits.clear()

        await harness.run_thread(thread.id)

        assert (await harness.the_card(thread)).value == {"question": "Delete the archive?", "x": 1}


class DropsResumes:
    """Graphs that lose an answer without a word."""

    def __init__(self, graphs: Any) -> None:
        self._graphs = graphs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._graphs, name)

    def bind(self, *args: Any) -> Any:
        return _Binding(self._graphs.bind(*args))


class _Binding:
    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def __aenter__(self) -> Any:
        graph = await self._binding.__aenter__()

        async def dropped(*_given: Any) -> None:
            return

        graph.resume = dropped
        return graph

    async def __aexit__(self, *error: Any) -> Any:
        return await self._binding.__aexit__(*error)


async def test_an_answer_that_is_dropped_without_a_word_is_reported_and_asked_for_again(
    harness: Harness,
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.vote(card, YES)
    harness.run_thread._execute._graphs = DropsResumes(harness.graphs)

    await harness.run_thread(thread.id)

    found, reason = await status(harness, card)
    assert found is Status.WITHDRAWN
    assert "did not take the answer" in str(reason)
    again = await harness.the_card(thread)
    assert (again.interrupt_id, again.digest) == (card.interrupt_id, card.digest)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == []
    assert "card of its own" in harness.slack.texts(OutgoingKind.NOTE)[0]


async def test_a_state_older_than_the_question_does_not_count_as_its_answer(harness: Harness) -> None:
    """As after LangGraph's tables were restored from a backup, and ours were not."""
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.vote(card, YES)
    latest = card.checkpoint_id
    for table in ("checkpoint_writes", "checkpoints"):
        await harness.rows(
            f"DELETE FROM {table} WHERE thread_id = %s AND checkpoint_id = %s", thread.id, latest
        )

    await harness.run_thread(thread.id)

    assert (await status(harness, card))[0] is Status.WITHDRAWN
    assert harness.tools.posts == {}


async def test_a_step_whose_writes_are_stored_but_not_applied_is_finished(database_url: str) -> None:
    """Its task is in `tasks` and not in `next`: what it wrote is applied when the run goes on."""
    broken = [True]

    def once_broken(left: list[str], right: list[str]) -> list[str]:
        if broken and right == ["done"]:
            broken.pop()
            raise RuntimeError("this step's writes were stored, and its checkpoint was not")
        return left + right

    class Flaky(TypedDict):
        text: str
        done: NotRequired[Annotated[list[str], once_broken]]

    graph = StateGraph(Flaky)
    graph.add_node("work", lambda _state: {"done": ["done"]})
    graph.add_node("report", lambda _state: {"done": ["reported"]})
    graph.add_edge(START, "work")
    graph.add_edge("work", "report")
    async with open_harness(database_url, {"g": graph}) as harness:
        thread = a_thread()
        await harness.say(thread, "x")
        assert len(harness.slack.of(OutgoingKind.FAILURE)) == 1

        await harness.take(asked(thread, InboundKind.RETRY))

        assert [result["done"] for result in results(harness)] == [["done", "reported"]]


def test_every_reason_not_to_use_an_answer_has_words() -> None:
    from countersign.flow.steps.resuming.resumption import NOT_USED

    assert set(NOT_USED) == set(ResumeStatus) - {ResumeStatus.TAKEN}
