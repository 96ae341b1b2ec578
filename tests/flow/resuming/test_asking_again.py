"""Asking again after a failed step: it runs nothing where nothing is pending."""

from typing import Any

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from countersign.approvals.lifecycle import Status
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.runs.graph_thread import thread_config
from countersign.runs.loading import bind_checkpointer
from tests.flow.graphs.one_node_graphs import Answers, decided, one_node, status
from tests.support.harness import a_thread, asked, open_harness


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
