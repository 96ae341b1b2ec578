"""A graph whose code changed while a card waits: the answer counts if the question is asked alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

from countersign.approvals.approval import Approval
from countersign.approvals.lifecycle import Status
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.flow.graphs.one_node_graphs import NO, YES, Answers, Graph, decided, one_node, results, status
from tests.support.harness import Harness, a_thread, open_harness


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


@asynccontextmanager
async def deployed(
    database_url: str, thread: ThreadRef, before: Graph, after: Graph
) -> AsyncIterator[tuple[Approval, Harness]]:
    """A card that was decided while `before` ran, and a bot that runs `after`."""
    async with open_harness(database_url, {"g": before}) as old:
        card = await decided(old, thread)
    async with open_harness(database_url, {"g": after}) as new:
        yield card, new


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
