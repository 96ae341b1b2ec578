"""Files that cannot be loaded: an answer goes through the state of its own graph, and through no other's."""

from pathlib import Path

import pytest

from countersign.interrupts.code import GraphReading, notation
from countersign.runs.source.static.graph_reader import read_statically

HEAD = """
from typing import TypedDict
from langgraph.graph import StateGraph
from langgraph.types import interrupt
import a_package_that_nobody_has

class State(TypedDict):
    answer: object

def ask(state):
    return {"answer": interrupt("Pay?")}

def pay(state):
    return {"paid": state["answer"] == "pay"}

def note(state):
    return {"answer": interrupt("Anything to add?")}

def write(state):
    return {"note": state["answer"].strip()}
"""


TWO_CHAINS = """
one = StateGraph(State).add_node(ask).add_node(pay).compile()
other = StateGraph(State).add_node(note).add_node(write).compile()
"""
TWO_FUNCTIONS = """
def first():
    builder = StateGraph(State)
    builder.add_node(ask)
    builder.add_node(pay)
    return builder.compile()

def second():
    builder = StateGraph(State)
    builder.add_node(note)
    builder.add_node(write)
    return builder.compile()
"""
CALLED = """
inner = StateGraph(State).add_node(ask).add_node(pay).compile()

def call(state):
    return inner.invoke({})

outer = StateGraph(State)
outer.add_node(note)
outer.add_node(write)
outer.add_node(call)
"""
COMPILED_BEFORE = """
child = StateGraph(State).add_node(ask).compile()
parent = StateGraph(State)
parent.add_node("child", child)
parent.add_node(pay)
"""
COMPILED_THERE = """
builder = StateGraph(State)
builder.add_node(ask)
parent = StateGraph(State)
parent.add_node("child", builder.compile())
parent.add_node(pay)
"""
FILLED_IN_A_FUNCTION = """
builder = StateGraph(State)
def fill():
    builder.add_node(ask)
    builder.add_node(pay)
"""
ATTRIBUTE = """
class Agent:
    def __init__(self):
        self.builder = StateGraph(State)
        self.builder.add_node(ask)
        self.builder.add_node(pay)
"""
CHILD = "child = StateGraph(State).add_node(ask).compile()\n"
PARENT = """
from inner import child
parent = StateGraph(State)
parent.add_node("child", child)
parent.add_node(pay)
"""


def _read(folder: Path, text: str) -> GraphReading:
    file = folder / "agent.py"
    file.write_text(HEAD + text)
    return read_statically("agent", file, [folder])


def _answers(reading: GraphReading) -> list[str]:
    return sorted(notation(question.shape) for node in reading.nodes for question in node.questions)


@pytest.mark.parametrize("text", [TWO_CHAINS, TWO_FUNCTIONS, CALLED], ids=["chains", "functions", "called"])
def test_two_graphs_have_two_states(tmp_path: Path, text: str) -> None:
    assert _answers(_read(tmp_path, text)) == ['"pay" | …', "text"]


@pytest.mark.parametrize(
    "text",
    [COMPILED_BEFORE, COMPILED_THERE, FILLED_IN_A_FUNCTION, ATTRIBUTE],
    ids=["compiled before", "compiled there", "filled in a function", "attribute"],
)
def test_the_steps_of_a_graph_and_of_its_subgraphs_have_one_state(tmp_path: Path, text: str) -> None:
    assert _answers(_read(tmp_path, text)) == ['"pay" | …']


def test_a_subgraph_of_another_file_has_the_state_of_its_parent(tmp_path: Path) -> None:
    (tmp_path / "inner.py").write_text(HEAD + CHILD)
    reading = _read(tmp_path, PARENT)

    assert _answers(reading) == ['"pay" | …']
    assert not any("the code of child" in (node.problem or "") for node in reading.nodes)


PATH_MAP = """
builder = StateGraph(State)
builder.add_node(ask)
builder.add_conditional_edges("ask", lambda state: state["answer"], {"pay": "pay", "keep": "keep"})
"""


def test_an_answer_that_names_the_way_is_one_of_the_path_map(tmp_path: Path) -> None:
    assert _answers(_read(tmp_path, PATH_MAP)) == ['"pay" | "keep"']
