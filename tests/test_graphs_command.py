"""`countersign graphs`: what it prints of the code, what it finds of waiting approvals, and how it exits."""

import json
from pathlib import Path
from textwrap import dedent
from typing import NotRequired

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from countersign.__main__ import main
from tests.support.harness import a_thread, open_harness
from tests.test_commands import run_checkout

GRAPH = """
from typing import NotRequired
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

class State(TypedDict):
    text: str
    outcome: NotRequired[str]

def {node}(state: State) -> dict:
    approved = interrupt({{"question": "Pay?", "text": state["text"]}})
    return {{"outcome": "paid" if {test} else "kept"}}

builder = StateGraph(State)
builder.add_node("{node}", {node})
builder.add_edge(START, "{node}")
graph = builder.compile()
"""


class State(TypedDict):
    text: str
    outcome: NotRequired[str]


def review(state: State) -> dict[str, str]:
    """The code that is in use while the approval is opened."""
    approved = interrupt({"question": "Pay?", "text": state["text"]})
    return {"outcome": "paid" if approved else "kept"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LANGGRAPH_CONFIG", raising=False)
    return tmp_path


def deploy(project: Path, *, name: str = "pay", node: str = "review", test: str = "approved") -> None:
    (project / "pay.py").write_text(GRAPH.format(node=node, test=test))
    (project / "langgraph.json").write_text(json.dumps({"graphs": {name: "./pay.py:graph"}}))


def run(project: Path, *arguments: str, url: str = "") -> tuple[int, str]:
    done = run_checkout("graphs", *arguments, cwd=project, DATABASE_URL=url)
    return done.returncode, done.stdout + done.stderr


def test_the_answers_are_printed_with_their_lines(project: Path) -> None:
    deploy(project)
    code, told = run(project, "--answers")
    assert code == 0
    assert told == dedent(
        """\
        pay
          review  pay.py:12  true | false
              asks     approved = interrupt({"question": "Pay?", "text": state["text"]})
              because  return {"outcome": "paid" if approved else "kept"}  (pay.py:13)
        """
    )


def test_every_shape_says_what_it_was_read_from(project: Path) -> None:
    (project / "pay.py").write_text(REASONS)
    graphs = {name: f"./pay.py:{name}" for name in ("pair", "declared", "kept", "either")}
    (project / "langgraph.json").write_text(json.dumps({"graphs": graphs}))
    code, told = run(project, "--answers")
    assert code == 0
    assert told == dedent(
        """\
        pair
          pair  pay.py:7  ["pay" | …, (number)?]
              asks     action, amount = interrupt("Pay?")
              because  if action == "pay":  (pay.py:8)
              because  return {"out": f"{amount + 1}"}  (pay.py:9)
        declared
          declared  pay.py:13  true | false
              asks     yes: bool = interrupt("Pay?")
              because  yes: bool = interrupt("Pay?")  (pay.py:13)
        kept
          kept  pay.py:17  unknown
              asks     answer = interrupt("Pay?")
              unknown  it is passed to open(): return {"out": open(answer)}  (pay.py:18)
        either
          either  pay.py:21  [{type: "say" | …, args: text or {note: text}}]
              asks     answer = interrupt("Pay?")[0]
              because  if answer["type"] == "say":  (pay.py:22)
              because  return {"out": answer["args"].strip()}  (pay.py:23)
              because  return {"out": answer["args"]["note"].strip()}  (pay.py:24)
        """
    )


REASONS = dedent(
    """\
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt
    class State(TypedDict, total=False):
        out: str
    def pair(state: State) -> State:
        action, amount = interrupt("Pay?")
        if action == "pay":
            return {"out": f"{amount + 1}"}
        return {}

    def declared(state: State) -> State:
        yes: bool = interrupt("Pay?")
        return {"out": f"{yes}"}

    def kept(state: State) -> State:
        answer = interrupt("Pay?")
        return {"out": open(answer)}

    def either(state: State) -> State:
        answer = interrupt("Pay?")[0]
        if answer["type"] == "say":
            return {"out": answer["args"].strip()}
        return {"out": answer["args"]["note"].strip()}

    def only(node):
        return StateGraph(State).add_node(node).add_edge(START, node.__name__).compile()

    pair, declared, kept, either = only(pair), only(declared), only(kept), only(either)
    """
)


def test_breakpoints_are_printed_beside_the_questions(project: Path) -> None:
    (project / "stops.py").write_text(
        dedent(
            """\
            from langgraph.errors import NodeInterrupt
            from langgraph.graph import START, MessagesState, StateGraph

            def too_long(state):
                raise NodeInterrupt("too long")

            def pass_on(state):
                return {}

            builder = StateGraph(MessagesState)
            for name, node in (("one", too_long), ("two", pass_on), ("three", pass_on)):
                builder.add_node(name, node)
            builder.add_edge(START, "one")
            builder.add_edge("one", "two")
            builder.add_edge("two", "three")
            some = builder.compile(interrupt_before=["two"], interrupt_after=["three"])
            each = builder.compile(interrupt_before="*")
            """
        )
    )
    graphs = {name: f"./stops.py:{name}" for name in ("some", "each")}
    (project / "langgraph.json").write_text(json.dumps({"graphs": graphs}))
    code, told = run(project, "--answers")
    assert code == 0
    assert told == dedent(
        """\
        some
          two  stops before it (interrupt_before)
          three  stops after it (interrupt_after)
          one  may stop in it (NodeInterrupt), and takes no answer
        each
          (each node)  stops before it (interrupt_before)
          one  may stop in it (NodeInterrupt), and takes no answer
        """
    )


def test_code_that_cannot_be_read_is_said_and_the_exit_code_is_1(project: Path) -> None:
    deploy(project)
    with (project / "pay.py").open("a") as file:
        file.write("builder = StateGraph(State)\nbuilder.add_node('n', len)\n")
        file.write("builder.add_edge(START, 'n')\ngraph = builder.compile()\n")
    code, told = run(project, "--answers")
    assert code == 1
    assert "n  cannot be read: len is not a Python function" in told


def test_why_an_answer_is_unknown_is_said(project: Path) -> None:
    deploy(project, test="open(approved)")
    code, told = run(project, "--answers")
    assert code == 0
    assert "pay.py:12  unknown" in told
    assert "unknown  it is passed to open()" in told


def test_a_graph_that_asks_nothing_is_listed(project: Path) -> None:
    deploy(project)
    text = (project / "pay.py").read_text().replace("interrupt({", "dict({")
    (project / "pay.py").write_text(text)
    assert run(project, "--answers") == (0, "pay\n  No node of it asks a person.\n")


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


@pytest.mark.parametrize("arguments", [[], ["--answers", "--check"], ["--anything"]])
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["graphs", *arguments])
    assert "usage: countersign graphs" in capsys.readouterr().err


async def ask(url: str) -> str:
    """One approval that waits, asked by the graph `pay` as it is here."""
    builder = StateGraph(State)
    builder.add_node("review", review)
    builder.add_edge(START, "review")
    async with open_harness(url, {"pay": builder}) as harness:
        thread = a_thread()
        await harness.say(thread, "five")
        return str((await harness.the_card(thread)).id)


async def test_code_that_takes_all_that_waits_is_well(project: Path, database_url: str) -> None:
    await ask(database_url)
    deploy(project)
    code, told = run(project, "--check", url=database_url)
    assert (code, told) == (0, "1 approvals wait; the code could not take the answer to 0 of them.\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "pays"}, "the graph pay is not configured any more"),
        ({"node": "ask"}, "the graph pay has no node review any more"),
        (
            {"test": "approved == 'yes'"},
            'its card takes true | false, and the code of review takes "yes"',
        ),
        ({"test": "open(approved)"}, "its card takes true | false, and the code of review takes unknown"),
    ],
)
async def test_an_approval_that_the_new_code_could_not_take_is_listed(
    project: Path, database_url: str, change: dict[str, str], said: str
) -> None:
    approval = await ask(database_url)
    deploy(project, **change)
    code, told = run(project, "--check", url=database_url)
    assert code == 1
    assert said in told
    assert approval in told
    assert told.endswith("1 approvals wait; the code could not take the answer to 1 of them.\n")


async def test_a_question_that_is_worded_anew_is_listed(project: Path, database_url: str) -> None:
    await ask(database_url)
    deploy(project)
    text = (project / "pay.py").read_text()
    (project / "pay.py").write_text(text.replace('"Pay?"', '"Shall it be paid?"'))
    code, told = run(project, "--check", url=database_url)
    assert code == 1
    assert "the code of review takes unknown" in told


def test_a_database_that_no_bot_has_used_is_left_alone(project: Path, empty_database_url: str) -> None:
    deploy(project)
    for _ in range(2):  # the first time must not make tables for the second
        code, told = run(project, "--check", url=empty_database_url)
        assert (code, told) == (0, "0 approvals wait; the code could not take the answer to 0 of them.\n")


def test_a_database_that_is_away_is_an_error(project: Path) -> None:
    deploy(project)
    code, told = run(project, "--check", url="postgresql://nobody@127.0.0.1:9/none")
    assert code == 1
    assert told.startswith("countersign: ")
    assert "Traceback" not in told


async def test_a_breakpoint_that_the_new_code_has_not_is_listed(project: Path, database_url: str) -> None:
    builder = StateGraph(State)
    builder.add_node("review", lambda _state: {"outcome": "paid"})
    builder.add_edge(START, "review")
    async with open_harness(database_url, {"pay": builder.compile(interrupt_before=["review"])}) as harness:
        await harness.say(a_thread(), "five")
    deploy(project)
    code, told = run(project, "--check", url=database_url)
    assert code == 1
    assert "the graph pay has no breakpoint there any more" in told

    text = (project / "pay.py").read_text()
    (project / "pay.py").write_text(text.replace("compile()", "compile(interrupt_before='*')"))
    code, told = run(project, "--check", url=database_url)
    assert (code, told) == (0, "1 approvals wait; the code could not take the answer to 0 of them.\n")


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
