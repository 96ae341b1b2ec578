"""A stop ends a node where its model writes, unless that could lose an answer or hide an effect."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from countersign.flow.errors import Stopped
from countersign.flow.live.events import RunEvent, TextAdded
from countersign.flow.ports import GraphThread
from countersign.flow.thread import ThreadRef
from countersign.runs.graphs import Graphs
from countersign.store.connections.pool import Pool
from tests.support.harness import a_thread, loaded, message

WORDS = ["One ", "two ", "three."]
ALL = "".join(WORDS)
written: list[str] = []


class Words(BaseChatModel):
    @property
    def _llm_type(self) -> str:
        return "words"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(ALL))])

    async def _astream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        for at, word in enumerate(WORDS):
            written.append(word)
            last = "last" if at == len(WORDS) - 1 else None
            yield ChatGenerationChunk(message=AIMessageChunk(content=word, chunk_position=last))


model = Words()


@tool
async def pay() -> str:
    """Pay."""
    return "paid"


async def answers(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await model.ainvoke(state["messages"])]}


async def asks_and_answers(state: MessagesState) -> dict[str, Any]:
    interrupt("Go on?")
    said = await model.ainvoke(state["messages"])
    return {"messages": [said]}


async def pays_and_answers(state: MessagesState) -> dict[str, Any]:
    await pay.ainvoke({})
    said = await model.ainvoke(state["messages"])
    return {"messages": [said]}


async def notes(state: MessagesState) -> dict[str, Any]:
    return {"messages": [AIMessage("Noted.")]}


def graph(*nodes: Any) -> StateGraph[Any, Any, Any, Any]:
    """The nodes side by side."""
    built = StateGraph(MessagesState)
    for node in nodes:
        built.add_node(node)
        built.add_edge(START, node.__name__)
    return built


@pytest.fixture(autouse=True)
def _nothing_is_written() -> None:
    written.clear()


@asynccontextmanager
async def stopped_at_the_first_word(
    sessions: Pool, built: StateGraph[Any, Any, Any, Any], ref: ThreadRef
) -> AsyncIterator[GraphThread]:
    """The graph in this thread, which is stopped as soon as the model has written something."""
    graphs = Graphs(loaded({"g": built}), "g", lambda _: None)

    def watch(event: RunEvent) -> None:
        if isinstance(event, TextAdded):
            graphs.stop({ref.id})

    async with sessions.connection() as session, graphs.bind("g", ref, session, watch=watch) as bound:
        yield bound


async def test_the_model_writes_no_further_and_its_node_is_not_run_again(sessions: Pool) -> None:
    ref = a_thread()
    async with stopped_at_the_first_word(sessions, graph(answers), ref) as thread:
        await thread.read()
        with pytest.raises(Stopped):
            await thread.start(message(ref, "x"))
        assert written == WORDS[:2], "the call ended with the word after the stop"
        state = await thread.read()
        assert (state.unfinished, state.messages) == (True, ())
        await thread.abandon()
        assert not (await thread.read()).unfinished


async def test_what_runs_beside_it_ends_and_is_kept(sessions: Pool) -> None:
    ref = a_thread()
    async with stopped_at_the_first_word(sessions, graph(answers, notes), ref) as thread:
        await thread.read()
        with pytest.raises(Stopped):
            await thread.start(message(ref, "x"))
        await thread.abandon()
        assert [said.text for said in (await thread.read()).messages] == ["Noted."]


async def test_a_node_that_takes_an_answer_ends_so_that_the_answer_is_kept(sessions: Pool) -> None:
    ref = a_thread()
    async with stopped_at_the_first_word(sessions, graph(asks_and_answers), ref) as thread:
        await thread.read()
        await thread.start(message(ref, "x"))
        (pending,) = (await thread.read()).pending
    async with stopped_at_the_first_word(sessions, graph(asks_and_answers), ref) as thread:
        await thread.read()
        await thread.resume(pending.interrupt_id, "yes")
        state = await thread.read()
    assert (state.pending, [said.text for said in state.messages]) == ((), [ALL])


async def test_a_node_in_which_a_tool_ran_ends_so_that_its_state_has_it(sessions: Pool) -> None:
    ref = a_thread()
    async with stopped_at_the_first_word(sessions, graph(pays_and_answers), ref) as thread:
        await thread.read()
        await thread.start(message(ref, "x"))
        assert [said.text for said in (await thread.read()).messages] == [ALL]
