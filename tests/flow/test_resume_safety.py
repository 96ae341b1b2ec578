"""An answer reaches the question that it was given to, or it is not used and the thread is told so."""

import asyncio
import itertools
import operator
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, NotRequired, TypedDict

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.steps.resume_check import ResumeStatus
from countersign.flow.thread import ThreadRef
from countersign.runs.graph_thread import thread_config
from countersign.runs.loading import bind_checkpointer
from tests.support.crash_injection import CrashError
from tests.support.harness import Harness, a_thread, asked, open_harness

YES, NO, TELL = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RESPOND
Graph = StateGraph[Any, Any, Any, Any]


class Answers(TypedDict):
    text: str
    answers: NotRequired[Annotated[list[Any], operator.add]]


def one_node(node: Any, *, name: str = "ask") -> Graph:
    graph = StateGraph(Answers)
    graph.add_node(name, node)
    graph.add_edge(START, name)
    return graph


def pay(_state: Answers) -> dict[str, Any]:
    return {"answers": [["pay", interrupt({"question": "Pay?", "amount": 5})]]}


def pay_after_another_question(_state: Answers) -> dict[str, Any]:
    first = interrupt({"question": "Delete everything?", "rows": 9000})
    return {"answers": [["delete", first], ["pay", interrupt({"question": "Pay?", "amount": 5})]]}


def pay_commented(_state: Answers) -> dict[str, Any]:
    # The same question, asked by code that was edited.
    return {"answers": [["pay", interrupt({"question": "Pay?", "amount": 5})]]}


def in_a_subgraph(name: str) -> Graph:
    outer = StateGraph(Answers)
    outer.add_node("inner", one_node(pay, name=name).compile())
    outer.add_node("after", lambda _state: {"answers": ["went on"]})
    outer.add_edge(START, "inner")
    outer.add_edge("inner", "after")
    return outer


async def decided(harness: Harness, thread: ThreadRef, kind: DecisionKind = YES) -> Approval:
    """A card that somebody decided, of which no worker has taken note."""
    await harness.say(thread, "x")
    card = await harness.the_card(thread)
    await harness.vote(card, kind)
    return card


async def status(harness: Harness, approval: Approval) -> tuple[Status, str | None]:
    found = await harness.threads.approval(approval.id)
    assert found is not None
    return found.approval.status, found.approval.status_reason


def results(harness: Harness) -> list[Any]:
    return [row.body["values"] for row in harness.slack.of(OutgoingKind.RESULT) if isinstance(row.body, dict)]


@asynccontextmanager
async def deployed(
    database_url: str, thread: ThreadRef, before: Graph, after: Graph
) -> AsyncIterator[tuple[Approval, Harness]]:
    """A card that was decided while `before` ran, and a bot that runs `after`."""
    async with open_harness(database_url, {"g": before}) as old:
        card = await decided(old, thread)
    async with open_harness(database_url, {"g": after}) as new:
        yield card, new


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


async def test_a_node_renamed_while_its_card_waits_takes_no_answer_and_that_is_posted(
    database_url: str,
) -> None:
    thread = a_thread()
    async with deployed(database_url, thread, one_node(pay), one_node(pay, name="ask_politely")) as (
        card,
        harness,
    ):
        await harness.run_thread(thread.id)

        found, reason = await status(harness, card)
        assert found is Status.WITHDRAWN
        assert "agent was changed" in str(reason)
        (note,) = harness.slack.texts(OutgoingKind.NOTE)
        assert "agent was changed" in note
        assert "send a new message here" in note
        assert results(harness) == [], "a run that never ended has no result"

        await harness.say(thread, "y")
        await harness.answer(await harness.the_card(thread), YES)
        assert [result["answers"] for result in results(harness)] == [[["pay", True]]]


async def test_a_renamed_node_in_a_subgraph_is_noticed_before_the_graph_goes_on_without_it(
    database_url: str,
) -> None:
    thread = a_thread()
    async with deployed(database_url, thread, in_a_subgraph("ask"), in_a_subgraph("ask_politely")) as (
        card,
        harness,
    ):
        await harness.run_thread(thread.id)

        assert (await status(harness, card))[0] is Status.WITHDRAWN
        assert "agent was changed" in harness.slack.texts(OutgoingKind.NOTE)[0]
        assert results(harness) == [], "the node after it did not run"


async def test_a_question_inserted_before_a_waiting_one_is_asked_and_not_answered(database_url: str) -> None:
    thread = a_thread()
    async with deployed(database_url, thread, one_node(pay), one_node(pay_after_another_question)) as (
        card,
        harness,
    ):
        await harness.run_thread(thread.id)

        asked_now = await harness.the_card(thread)
        assert asked_now.value == {"question": "Delete everything?", "rows": 9000}
        assert (await status(harness, card))[0] is Status.WITHDRAWN
        await harness.answer(asked_now, NO)
        await harness.answer(await harness.the_card(thread), YES)
        assert [result["answers"] for result in results(harness)] == [[["delete", False], ["pay", True]]]


async def test_a_waiting_card_that_the_new_code_asks_alike_is_resumed(database_url: str) -> None:
    thread = a_thread()
    before, after = one_node(pay), one_node(pay_commented)
    async with deployed(database_url, thread, before, after) as (card, harness):
        await harness.run_thread(thread.id)

        assert (await status(harness, card))[0] is Status.RESUMED
        assert [result["answers"] for result in results(harness)] == [[["pay", True]]]
        assert harness.slack.texts(OutgoingKind.NOTE) == []


async def test_the_same_code_runs_a_node_no_more_often_than_it_must(database_url: str) -> None:
    runs: list[None] = []

    def node(_state: Answers) -> dict[str, Any]:
        runs.append(None)
        return {"answers": [interrupt({"question": "Pay?", "amount": 5})]}

    async with open_harness(database_url, {"g": one_node(node)}) as harness:
        thread = a_thread()
        await decided(harness, thread)
        await harness.run_thread(thread.id)
        assert len(runs) == 2, "once to ask, and once with the answer"


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


async def test_asking_again_where_nothing_is_pending_runs_nothing(database_url: str) -> None:
    """The graph took the answer and failed later: to ask again would repeat what came before."""
    runs: list[str] = []
    broken = [True]

    def act(state: MessagesState) -> dict[str, Any]:
        runs.append("act")
        if broken:
            raise RuntimeError("the mail server is away")
        return {}

    def ask(state: MessagesState) -> dict[str, Any]:
        interrupt({"question": "Do it?", "what": "it"})
        return {}

    graph = StateGraph(MessagesState)
    graph.add_node("ask", ask)
    graph.add_node("act", act)
    graph.add_edge(START, "ask")
    graph.add_edge("ask", "act")
    async with open_harness(database_url, {"g": graph}) as harness:
        thread = a_thread()
        card = await decided(harness, thread)
        await harness.run_thread(thread.id)
        (failed,) = harness.slack.of(OutgoingKind.FAILURE)
        assert isinstance(failed.body, dict)
        assert failed.body["ask_again"] is False
        before = list(runs)

        await harness.take(asked(thread, InboundKind.ASK_AGAIN))

        assert runs == before
        assert (await status(harness, card))[0] is Status.RESUMED
        (row,) = await harness.rows("SELECT halted FROM countersign.threads WHERE id = %s", thread.id)
        assert row["halted"] is not None, "it can still be tried again"


async def test_asking_again_after_somebody_else_answered_runs_nothing(database_url: str) -> None:
    runs: list[str] = []
    broken = {"ask", "act"}

    def ask(state: Answers) -> dict[str, Any]:
        answer = interrupt({"question": "Do it?", "what": "it"})
        if "ask" in broken:
            raise RuntimeError("the mail server is away")
        return {"answers": [answer]}

    def act(state: Answers) -> dict[str, Any]:
        runs.append("act")
        raise RuntimeError("the printer is away")

    graph = one_node(ask)
    graph.add_node("act", act)
    graph.add_edge("ask", "act")
    async with open_harness(database_url, {"g": graph}) as harness:
        thread = a_thread()
        card = await decided(harness, thread)
        await harness.run_thread(thread.id)
        broken.discard("ask")
        async with harness.sessions.connection() as session:
            outside = bind_checkpointer(graph.compile(), AsyncPostgresSaver(session))
            with pytest.raises(RuntimeError, match="printer"):
                await outside.ainvoke(None, thread_config(thread, object()), durability="sync")
        assert runs == ["act"]

        await harness.take(asked(thread, InboundKind.ASK_AGAIN))

        assert runs == ["act"]
        assert (await status(harness, card))[0] is Status.DECIDED, "it can still be tried again"


def test_every_reason_not_to_use_an_answer_has_words() -> None:
    from countersign.flow.steps.resumption import NOT_USED

    assert set(NOT_USED) == set(ResumeStatus) - {ResumeStatus.TAKEN}
