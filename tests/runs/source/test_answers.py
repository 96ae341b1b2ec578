"""What is found in loaded graphs, whatever their nodes are made of."""

import functools
from collections.abc import Callable
from typing import Any

import pytest
from deepagents import create_deep_agent
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.pregel.remote import RemoteGraph

from countersign.interrupts.code import GraphReading, NodeReading, notation
from countersign.runs.source.answers import read_answers
from countersign.runs.source.own_code import OwnCode
from tests.runs.source import nodes, same_names


def _read(node: Any, schema: type = nodes.State) -> NodeReading:
    builder: Any = StateGraph(schema)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    (found,) = [each for each in read_answers("graph", builder.compile(), OwnCode()).nodes if each.path]
    return found


def _answers(reading: NodeReading) -> list[str]:
    return [notation(question.shape) for question in reading.questions]


@pytest.mark.parametrize(
    ("node", "answer"),
    [
        (nodes.plain, "true | false"),
        (nodes.asynchronous, "true | false"),
        (functools.partial(nodes.with_more, 5), "number"),
        (functools.partial(nodes.plain), "true | false"),
        (nodes.Reviewer(), '"approve" | …'),
        (nodes.Reviewer().method, '"approve" | …'),
        (nodes.Reviewer.static, '"static" | …'),
        (nodes.Reviewer.of_class, '"approve" | …'),
        (nodes.decorated, "true | false"),
        (nodes.lambda_alone, "true | false"),
        (RunnableLambda(nodes.plain), "true | false"),
        (RunnableLambda(nodes.plain) | RunnableLambda(lambda value: value), "true | false"),
        (RunnableLambda(nodes.plain).with_config(tags=["x"]), "true | false"),
        (nodes.made_for("yes"), '"yes" | …'),
        (ToolNode([nodes.ask_for_a_number]), "whole number"),
        (ToolNode([nodes.ask_for_words]), "{words: text}"),
        (ToolNode([nodes.AskForConsent()]), "true | false"),
    ],
)
def test_the_source_behind_a_node_is_found(node: Any, answer: str) -> None:
    reading = _read(node)
    assert reading.problem is None
    assert set(_answers(reading)) == {answer}


@pytest.mark.parametrize(
    ("schema", "node", "answer"),
    [
        (dict, same_names.takes_the_last, "{score: whole number, words?: text}"),
        (dict, same_names.takes_one_inside_a_class, "{paid: true | false}"),
        (dict, same_names.takes_one_inside_another, "{due: text}"),
        (dict, same_names.takes_a_member, '"small" | "large"'),
        (dict, same_names.made(), '{kind: "now" | "later"}'),
        (same_names.Kept, same_names.is_declared_before, "{agreed: true | false}"),
        (same_names.State, same_names.keeps_it, "whole number"),
        (same_names.Earlier, same_names.keeps_it, "true | false"),
    ],
)
def test_classes_of_one_name_are_told_apart(schema: type, node: Any, answer: str) -> None:
    assert _answers(_read(node, schema)) == [answer]


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (nodes.executed, "is in no file"),
        (nodes.lambdas[0], "definition of <lambda> is not found"),
        (len, "len is not a Python function"),
        (RemoteGraph("there", url="http://127.0.0.1:9"), "remote graph"),
    ],
)
def test_source_that_cannot_be_had_is_said(node: Any, said: str) -> None:
    reading = _read(node)
    assert reading.questions == ()
    assert said in str(reading.problem)


@pytest.mark.parametrize(
    ("node", "answers"),
    [
        (nodes.calls_a_tool_by_name, {"whole number", "{words: text}"}),
        (nodes.calls_each_tool, {"whole number"}),
        (nodes.calling({"ask": nodes.ask_for_words}), {"{words: text}"}),
    ],
)
def test_tools_that_a_node_calls_by_hand_are_read(node: Any, answers: set[str]) -> None:
    """They are in a dict or a list that is only filled when the module runs."""
    assert set(_answers(_read(node))) == answers


def test_a_cached_function_is_looked_through() -> None:
    """What wraps it is written in C, and says what it wraps."""
    assert _answers(_read(nodes.cached)) == ["true | false"]


def test_a_workflow_and_its_task() -> None:
    (node,) = read_answers("workflow", nodes.workflow, OwnCode()).nodes
    assert (node.path, _answers(node)) == (("workflow",), ['"good" | …'])


def test_a_subgraph_as_a_node() -> None:
    assert _by_path(nodes.subgraph) == {("node", "inner"): ["unknown"]}


def test_a_subgraph_that_is_called_as_a_function() -> None:
    found = _by_path(nodes.answer_of_subgraph)
    assert found == {("node", "subgraph 1", "inner"): ['"fine" | …']}


def _by_path(node: Any) -> dict[tuple[str, ...], list[str]]:
    builder: Any = StateGraph(nodes.State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    reading = read_answers("graph", builder.compile(), OwnCode())
    return {each.path: _answers(each) for each in reading.nodes if each.questions}


def _agent(*middleware: Any) -> GraphReading:
    model = GenericFakeChatModel(messages=iter([]))
    agent = create_agent(model, [nodes.ask_for_a_number], middleware=list(middleware))
    return read_answers("agent", agent, OwnCode())


def test_an_agents_tools() -> None:
    found = {each.path: _answers(each) for each in _agent().nodes if each.questions}
    assert found == {("tools",): ["whole number"]}


def test_middleware_of_the_graphs_own() -> None:
    found = {each.path[0]: _answers(each) for each in _agent(nodes.AskFirst()).nodes if each.questions}
    assert found == {"AskFirst.before_model": ['"stop" | …'], "tools": ["whole number", "true | false"]}


def test_what_a_library_asks_is_the_librarys_to_say() -> None:
    reading = _agent(HumanInTheLoopMiddleware(interrupt_on={"ask_for_a_number": True}))
    asking = {each.path[0]: each.library for each in reading.nodes if each.library}
    assert asking == {
        "HumanInTheLoopMiddleware.after_model": ("langchain.agents.middleware.human_in_the_loop",)
    }


def test_a_conditional_edge_is_read() -> None:
    builder: Any = StateGraph(nodes.State)
    builder.add_node("ask", nodes.ask_in_subgraph)
    builder.add_node("good", nodes.plain)
    builder.add_node("bad", nodes.plain)
    builder.add_edge(START, "ask")
    builder.add_conditional_edges("ask", lambda state: state["answer"], {"good": "good", "bad": "bad"})
    reading = read_answers("graph", builder.compile(), OwnCode())
    assert {each.path[0]: _answers(each) for each in reading.nodes}["ask"] == ['"good" | "bad"']


def test_no_graph_is_kept_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    broken: Callable[..., Any] = lambda *_: 1 / 0  # noqa: E731
    monkeypatch.setattr("countersign.runs.source.answers.read_graph", broken)
    (node,) = read_answers("graph", nodes.subgraph, OwnCode()).nodes
    assert "ZeroDivisionError" in str(node.problem)


def test_a_chat_is_read() -> None:
    assert _answers(_read(nodes.ask_whom, MessagesState)) == ["text"]


def test_the_subagents_of_a_deep_agent() -> None:
    model = GenericFakeChatModel(messages=iter([]))
    payer: Any = {"name": "payer", "description": "Pays.", "system_prompt": "Pay.", "tools": [nodes.pay]}
    agent = create_deep_agent(model=model, tools=[nodes.ask_for_words], subagents=[payer])
    reading = read_answers("deep", agent, OwnCode())
    found = {each.path: _answers(each) for each in reading.nodes if each.questions}
    assert found[("tools",)] == ["{words: text}"]
    assert found[("tools", "payer", "tools")] == ["true | false"]
    paths = [each.path for each in reading.nodes]
    assert len(paths) == len(set(paths)), "the general-purpose subagent is listed once"
    assert notation(reading.shape_for("tools", {"amount": 5})) == "true | false"


def _with_a_breakpoint_inside(state: nodes.State) -> nodes.State:
    builder: Any = StateGraph(nodes.State)
    builder.add_node("plain", nodes.plain)
    builder.add_edge(START, "plain")
    builder.compile(interrupt_before=["plain"]).invoke(state)
    return {}


@pytest.mark.parametrize(
    ("node", "found"),
    [(nodes.plain, False), (_with_a_breakpoint_inside, True), (nodes.executed, True)],
)
def test_breakpoints_in_the_code_are_known(node: Any, found: bool) -> None:
    builder: Any = StateGraph(nodes.State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    assert read_answers("graph", builder.compile(), OwnCode()).breakpoints is found
