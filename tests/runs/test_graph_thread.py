"""One graph in one thread, over the real engine and its checkpoints."""

import operator
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, NotRequired, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Send, interrupt
from pydantic import BaseModel, SecretStr

from countersign.demo.model import ScriptedModel
from countersign.flow.errors import AnswerRefused, Drained, RunFailed
from countersign.flow.ports import GraphThread
from countersign.flow.thread import ThreadRef
from countersign.runs.graphs import Graphs
from countersign.runs.loading import LoadedGraph
from countersign.runs.state.snapshot import dangling_tool_calls
from countersign.store.connections.pool import Pool
from tests.support.harness import a_thread, loaded, message


@asynccontextmanager
async def thread_of(
    sessions: Pool, graph: Any, ref: ThreadRef | None = None, graphs: Graphs | None = None
) -> AsyncIterator[GraphThread]:
    hosted = graphs or Graphs(loaded({"g": graph}), "g", lambda _: None)
    async with sessions.connection() as session, hosted.bind("g", ref or a_thread(), session) as bound:
        yield bound


class Colour(Enum):
    RED = "red"


class Order(BaseModel):
    amount: int
    colour: Colour


@dataclass
class Note:
    text: str


class Typed(TypedDict):
    text: str
    order: NotRequired[Order]
    notes: NotRequired[Annotated[list[Note], operator.add]]
    colour: NotRequired[Colour]
    answer: NotRequired[Any]


def typed() -> StateGraph[Any, Any, Any, Any]:
    def make(state: Typed) -> dict[str, Any]:
        return {"order": Order(amount=3, colour=Colour.RED), "notes": [Note("n")], "colour": Colour.RED}

    def ask(state: Typed) -> dict[str, Any]:
        assert isinstance(state["order"], Order)
        assert isinstance(state["notes"][0], Note)
        assert state["colour"] is Colour.RED
        return {"answer": interrupt({"question": "ok?", "order": state["order"]})}

    graph = StateGraph(Typed)
    graph.add_node("make", make)
    graph.add_node("ask", ask)
    graph.add_edge(START, "make")
    graph.add_edge("make", "ask")
    return graph


@pytest.mark.parametrize("in_a_subgraph", [False, True])
async def test_typed_state_survives_the_database_under_strict_msgpack(
    sessions: Pool, in_a_subgraph: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGGRAPH_STRICT_MSGPACK", "true")
    graph = typed()
    if in_a_subgraph:
        outer = StateGraph(Typed)
        outer.add_node("inner", graph.compile())
        outer.add_edge(START, "inner")
        graph = outer
    ref = a_thread()
    async with thread_of(sessions, graph, ref) as thread:
        await thread.read()
        await thread.start(message(ref, "x"))
    async with thread_of(sessions, graph, ref) as thread:
        (pending,) = (await thread.read()).pending
        assert pending.value == {"question": "ok?", "order": {"amount": 3, "colour": "red"}}
        await thread.resume(pending.interrupt_id, True)
        state = await thread.read()
    assert (state.pending, state.unfinished) == ((), False)
    assert state.output == {
        "text": "x",
        "order": {"amount": 3, "colour": "red"},
        "notes": [{"text": "n"}],
        "colour": "red",
        "answer": True,
    }


async def test_parallel_and_nested_questions_are_read_once_each_with_their_schema(sessions: Pool) -> None:
    class Many(TypedDict):
        text: str
        answers: NotRequired[Annotated[list[Any], operator.add]]

    def ask(state: Many) -> dict[str, Any]:
        return {"answers": [interrupt(state["text"], response_schema={"type": "integer"})]}

    inner = StateGraph(Many)
    inner.add_node("ask", ask)
    inner.add_edge(START, "ask")
    graph = StateGraph(Many)
    graph.add_node("inner", inner.compile())
    graph.add_conditional_edges(START, lambda _: [Send("inner", {"text": text}) for text in "abc"], ["inner"])
    ref = a_thread()
    async with thread_of(sessions, graph, ref) as thread:
        await thread.read()
        await thread.start(message(ref, "x"))
        first, again = await thread.read(), await thread.read()
        assert first == again
        assert sorted(str(pending.value) for pending in first.pending) == ["a", "b", "c"]
        assert len({pending.interrupt_id for pending in first.pending}) == 3
        assert all(pending.schema == {"type": "integer"} for pending in first.pending)
        await thread.resume(first.pending[1].interrupt_id, 7)
        left = (await thread.read()).pending
        assert {p.interrupt_id for p in left} == {first.pending[i].interrupt_id for i in (0, 2)}


async def test_an_answer_that_the_engine_refuses_can_be_given_again(sessions: Pool) -> None:
    class Age(TypedDict):
        text: str
        age: NotRequired[int]

    class Answer(BaseModel):
        age: int

    graph = StateGraph(Age)
    graph.add_node("ask", lambda s: {"age": interrupt("age?", response_schema=Answer)})
    graph.add_edge(START, "ask")
    ref = a_thread()
    async with thread_of(sessions, graph, ref) as thread:
        await thread.read()
        await thread.start(message(ref, "x"))
        (pending,) = (await thread.read()).pending
        with pytest.raises(AnswerRefused):
            await thread.resume(pending.interrupt_id, {"age": "old"})
        assert (await thread.read()).pending == (pending,)
        await thread.resume(pending.interrupt_id, {"age": 7})
        assert not (await thread.read()).unfinished


async def test_a_failure_shows_a_reference_that_the_log_has_and_not_the_error(
    sessions: Pool, logged: list[MutableMapping[str, Any]]
) -> None:
    def fail(state: MessagesState) -> dict[str, Any]:
        raise RuntimeError("the password is hunter2")

    graph = StateGraph(MessagesState)
    graph.add_node("fail", fail)
    graph.add_edge(START, "fail")
    ref = a_thread()
    async with thread_of(sessions, graph, ref) as thread:
        await thread.read()
        with pytest.raises(RunFailed) as failure:
            await thread.start(message(ref, "x"))
        state = await thread.read()
    assert "hunter2" not in f"{failure.value}{failure.value.hint}"
    (entry,) = [entry for entry in logged if entry["event"] == "run_failed"]
    assert entry["error_id"] == failure.value.error_id
    assert entry["thread_id"] == ref.id
    assert "hunter2" in str(entry["exc_info"])
    assert state.unfinished


async def test_input_knows_its_key_and_its_writer(sessions: Pool) -> None:
    seen: list[str] = []

    def look(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
        here = config["configurable"]
        seen.append("/".join([here["slack_team_id"], here["slack_channel_id"], here["slack_thread_ts"]]))
        assert here["thread_id"] == seen[-1]
        return {"messages": [AIMessage(f"{here['slack_user_id']}: {state['messages'][-1].text}")]}

    graph = StateGraph(MessagesState)
    graph.add_node("look", look)
    graph.add_edge(START, "look")
    ref = a_thread()
    async with thread_of(sessions, graph, ref) as thread:
        assert (await thread.read()).checkpoint_id is None
        for text, user in (("one", "UA"), ("g: two", "UB")):
            inbound = message(ref, text, user=user)
            await thread.start(inbound)
            state = await thread.read()
            assert state.last_input_key == inbound.key
    assert [said.text for said in state.messages] == ["UA: one", "UB: g: two"]
    assert [said.key for said in state.messages] == [said.key for said in state.messages if said.key]
    assert seen == [ref.id] * 2


async def test_words_without_ids_keep_their_keys(sessions: Pool) -> None:
    class Bare(TypedDict):
        messages: Annotated[list[Any], operator.add]

    graph = StateGraph(Bare)
    graph.add_node("say", lambda s: {"messages": [{"role": "assistant", "content": "hi"}]})
    graph.add_edge(START, "say")
    ref = a_thread()
    async with thread_of(sessions, graph, ref) as thread:
        await thread.read()
        await thread.start(message(ref, "x"))
        first = (await thread.read()).messages
        await thread.start(message(ref, "y"))
        second = (await thread.read()).messages
    assert second[: len(first)] == first
    assert len({said.key for said in second}) == 2


async def test_a_run_that_drains_is_finished_by_another(sessions: Pool) -> None:
    class Steps(TypedDict):
        text: str
        done: NotRequired[Annotated[list[str], operator.add]]

    graphs: list[Graphs] = []

    def one(state: Steps) -> dict[str, Any]:
        graphs[0].drain()
        return {"done": ["one"]}

    graph = StateGraph(Steps)
    graph.add_node("one", one)
    graph.add_node("two", lambda s: {"done": ["two"]})
    graph.add_edge(START, "one")
    graph.add_edge("one", "two")
    graphs.append(Graphs(loaded({"g": graph}), "g", lambda _: None))
    ref = a_thread()
    inbound = message(ref, "x")
    async with thread_of(sessions, graph, ref, graphs[0]) as thread:
        await thread.read()
        with pytest.raises(Drained):
            await thread.start(inbound)
    async with thread_of(sessions, graph, ref) as thread:
        state = await thread.read()
        assert (state.last_input_key, state.unfinished) == (inbound.key, True)
        await thread.continue_run()
        state = await thread.read()
    assert state.output == {"text": "x", "done": ["one", "two"]}
    assert state.last_input_key == inbound.key, "going on does not forget the input"


async def test_calls_that_never_got_a_result_do_not_end_the_conversation(sessions: Pool) -> None:
    """OpenAI answers 400 for ever to a call without a result; the scripted model is as strict."""
    broken = True

    @tool
    def list_channels() -> str:
        """List channels."""
        if broken:
            raise RuntimeError("down")
        return "general"

    async with ScriptedModel() as served:
        model = ChatOpenAI(model="m", base_url=served.base_url, api_key=SecretStr("any"), max_retries=0)
        graph = create_agent(model, [list_channels])
        ref = a_thread()
        async with thread_of(sessions, graph, ref) as thread:
            await thread.read()
            with pytest.raises(RunFailed):
                await thread.start(message(ref, "list channels"))
            await thread.read()
            broken = False
            await thread.start(message(ref, "list channels"))
            state = await thread.read()
    assert state.messages
    assert not state.unfinished


def test_a_call_is_dangling_until_its_result_stands_behind_it() -> None:
    call = {"name": "t", "args": {}, "id": "1", "type": "tool_call"}
    asked = AIMessage("", tool_calls=[call])
    messages: list[AnyMessage] = [asked]
    assert dangling_tool_calls({"messages": messages}) == [("1", "t")]
    assert dangling_tool_calls({"messages": [*messages, ToolMessage("r", tool_call_id="1")]}) == []
    assert dangling_tool_calls({}) == []
    assert dangling_tool_calls(None) == []


async def test_a_graph_that_is_built_per_run_gets_who_started_the_run(sessions: Pool) -> None:
    told: list[str] = []

    def make(config: RunnableConfig) -> StateGraph[Any, Any, Any, Any]:
        told.append(config["configurable"]["slack_user_id"])
        graph = StateGraph(MessagesState)
        graph.add_node("ask", lambda _state: {"messages": [AIMessage(interrupt("Which?"))]})
        graph.add_edge(START, "ask")
        return graph

    sample = make({"configurable": {"slack_user_id": ""}}).compile()
    hosted = Graphs({"g": LoadedGraph(name="g", sample=sample, factory=make)}, "g", lambda _: None)
    ref = a_thread()
    async with sessions.connection() as session:
        async with hosted.bind("g", ref, session, "UALICE") as graph:
            await graph.start(message(ref, "hello", user="UALICE"))
        async with hosted.bind("g", ref, session) as graph:
            (pending,) = (await graph.read()).pending
            await graph.resume(pending.interrupt_id, "this one")

    assert told == ["", "UALICE", "UALICE"]
