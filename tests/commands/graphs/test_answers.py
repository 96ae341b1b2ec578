"""`countersign graphs --answers`: which answers each question takes, and what that was read from."""

import json
from pathlib import Path
from textwrap import dedent

import pytest

from countersign.__main__ import main
from tests.commands.graphs.project import deploy, run


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


@pytest.mark.parametrize("arguments", [[], ["--answers", "--check"], ["--anything"]])
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["graphs", *arguments])
    assert "usage: countersign graphs" in capsys.readouterr().err
