"""`countersign graphs` where a graph cannot be loaded: it says so, reads its files, and hides no other."""

import json
from pathlib import Path

import pytest

from tests.commands.graphs.project import ask, deploy, run


def test_a_graph_that_cannot_be_loaded_is_an_error(project: Path) -> None:
    (project / "langgraph.json").write_text('{"graphs": {"pay": "./nowhere.py:graph"}}')
    code, told = run(project, "--answers")
    assert code == 1
    assert told.startswith("countersign: langgraph.json: graph")


def break_some(project: Path) -> None:
    """Graphs that cannot be loaded, before and behind the one that can."""
    (project / "raising.py").write_text("import a_package_that_nobody_has\n")
    broken = {"first": "./nowhere.py:graph", "second": "./raising.py:graph"}
    graphs = {**broken, "pay": "./pay.py:graph", "last": "./pay.py:no_such_graph"}
    (project / "langgraph.json").write_text(json.dumps({"graphs": graphs}))


def test_graphs_that_cannot_be_loaded_hide_no_other_graph(project: Path) -> None:
    deploy(project)
    break_some(project)
    code, told = run(project, "--answers")
    assert code == 1
    assert "pay\n  review  pay.py:12  true | false\n" in told
    for said in (
        '"first" names',
        '"second" cannot be imported',
        "a_package_that_nobody_has",
        '"last": "no_such',
    ):
        assert said in told, told
    assert "Traceback" not in told


UNLOADED = """
from functools import partial
from typing import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from a_package_that_nobody_has import Search, rerank
from steps.review import Reviewer, ask as ask_for_words

class State(TypedDict):
    query: str
    note: str

def approve(state, threshold):
    if interrupt({"question": "Search?", "query": state["query"]}) == "go":
        return {}
    return {"note": "not searched"}

def orphan():
    return interrupt("Who calls this?")

builder = StateGraph(State)
builder.add_node("approve", partial(approve, threshold=3))
builder.add_node("search", Search())
builder.add_node("rerank", rerank)
builder.add_node(ask_for_words)
builder.add_node("review", Reviewer().review)
graph = builder.compile()
"""


STEPS = """
from langgraph.types import interrupt
import another_package_that_nobody_has as other

class Reviewer:
    def review(self, state):
        answer = interrupt({"draft": state["note"]})
        return {"note": "kept" if answer["approved"] else other.rewrite(answer["feedback"].strip())}

def ask(state):
    return {"note": "said " + interrupt("Anything else?")}
"""


def test_a_graph_that_needs_a_missing_package_is_read_from_its_files(project: Path) -> None:
    (project / "steps").mkdir()
    (project / "steps" / "review.py").write_text(STEPS)
    (project / "agent.py").write_text(UNLOADED)
    (project / "langgraph.json").write_text(json.dumps({"graphs": {"agent": "./agent.py:graph"}}))
    code, told = run(project, "--answers")
    assert code == 1
    assert "a_package_that_nobody_has" in told
    for said in (
        "It cannot be loaded. This is what its files show:",
        '  approve  agent.py:14  "go" | …',
        "  review  steps/review.py:7  {approved: true | false, feedback? (with approved false): unknown}",
        "  ask_for_words  steps/review.py:11  text",
        "the code of search is not in the files",
        "the code of rerank is not in the files",
        "agent.py:19 asks, and which step that is in is not known",
    ):
        assert said in told, told


async def test_graphs_that_cannot_be_loaded_hide_no_waiting_approval(
    project: Path, database_url: str
) -> None:
    await ask(database_url)
    deploy(project, test="approved == 'yes'")
    break_some(project)
    code, told = run(project, "--check", url=database_url)
    assert code == 1
    assert "the code of review takes" in told
    assert '"first" names' in told

    (project / "pay.py").write_text("import a_package_that_nobody_has\n")
    code, told = run(project, "--check", url=database_url)
    assert code == 1
    assert "the graph pay cannot be loaded" in told

    deploy(project)
    break_some(project)
    code, told = run(project, "--check", url=database_url)
    assert code == 1, "not all of the code was compared"
    assert "could not take the answer to 0 of them" in told


MODEL = """
import os
from langchain_openai import ChatOpenAI
model = ChatOpenAI(model="gpt-5-mini")
search = os.environ["SEARCH_API_KEY"]
"""


def test_the_keys_of_models_are_not_needed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    deploy(project)
    (project / "pay.py").write_text(MODEL + (project / "pay.py").read_text())
    code, told = run(project, "--answers")
    assert code == 0
    assert "true | false" in told
    assert "OPENAI_API_KEY isn't set. The code is read with a placeholder." in told
    assert "SEARCH_API_KEY isn't set. The code is read with a placeholder." in told


def test_what_a_placeholder_does_not_help_is_an_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAY_API_KEY", raising=False)
    deploy(project)
    (project / "pay.py").write_text('raise RuntimeError("PAY_API_KEY was refused, and so was PAY_URL")')
    code, told = run(project, "--answers")
    assert code == 1
    assert told.endswith("RuntimeError: PAY_API_KEY was refused, and so was PAY_URL\n")
