"""Which question was asked: told by what it asks with."""

from typing import Any

import pytest

from countersign.interrupts.code.notation import notation
from tests.interrupts.code.reading import IMPORT, read_text


def _shape(body: str, payload: Any) -> str:
    text = IMPORT + "PLEASE = 'Please confirm.'\ndef node(state, n=1):\n" + body
    return notation(read_text(text).shape_for("node", payload))


TWO = """
    name = interrupt({0})
    ok = interrupt({1})
    return {{"line": "Dear " + name, "sent": 1 if ok else 0}}
"""


@pytest.mark.parametrize(
    ("first", "second", "asked_first", "asked_second"),
    [
        ("'Name?'", "'Send?'", "Name?", "Send?"),
        ("f'Name for {state}?'", "f'Send to {state}?'", "Name for Bob?", "Send to Bob?"),
        ("{'ask': 'name'}", "{'ask': 'send'}", {"ask": "name"}, {"ask": "send"}),
        ("{'name': state}", "{'send': state, 'to': 1}", {"name": 5}, {"send": "x", "to": 1}),
        ("{**state, 'name': 1}", "{'send': True}", {"a": 2, "name": 1}, {"send": True}),
        ("'Your ' + state + ' name'", "PLEASE", "Your full name", "Please confirm."),
        ("[{'a': 1}]", "{'a': 1}", [{"a": 1}], {"a": 1}),
        ("dict(name=state)", "dict(send=state)", {"name": 1}, {"send": 1}),
        ("1", "True", 1, True),
        ("{'type': f'{state}-name'}", "{'type': f'{state}-send'}", {"type": "a-name"}, {"type": "a-send"}),
    ],
)
def test_two_questions_of_one_node_are_distinguished(
    first: str, second: str, asked_first: Any, asked_second: Any
) -> None:
    body = TWO.format(first, second)
    assert _shape(body, asked_first) == "text"
    assert _shape(body, asked_second) == "true | false"


@pytest.mark.parametrize(
    ("first", "second", "asked"),
    [
        ("state", "state['b']", "anything"),
        ("'Same?'", "'Same?'", "Same?"),
        ("{'a': state}", "{'a': n}", {"a": 3}),
    ],
)
def test_two_questions_that_ask_alike_and_want_different_answers_are_unknown(
    first: str, second: str, asked: Any
) -> None:
    assert _shape(TWO.format(first, second), asked) == "unknown"


def test_two_questions_that_ask_alike_and_want_the_same_answer_are_known() -> None:
    body = "    a = interrupt(state)\n    b = interrupt(state)\n    return {'x': bool(a), 'y': bool(b)}\n"
    assert _shape(body, {"what": "ever"}) == "true | false"


def test_what_nobody_in_the_code_asks_is_unknown() -> None:
    body = "    return {'x': bool(interrupt('Send?'))}\n"
    assert _shape(body, "Send?") == "true | false"
    assert _shape(body, "Delete?") == "unknown"
    assert _shape(body, {"q": "Send?"}) == "unknown"


def test_where_nobody_asks_anything_nothing_is_known() -> None:
    assert _shape("    return {'x': state}\n", "Send?") == "unknown"
    asks = "    return {'x': bool(interrupt('Send?'))}\n"
    reading = read_text(IMPORT + "def node(state):\n" + asks)
    assert notation(reading.shape_for("another", "Send?")) == "unknown"


def test_a_payload_that_is_built_up_is_known_by_its_keys() -> None:
    body = (
        "    ask = {'draft': state['draft']}\n"
        "    ask['title'] = 'Review'\n"
        "    ask.update(who='you')\n"
        "    if interrupt(ask):\n        return {}\n"
        "    return {'words': interrupt({'draft': 1}).strip()}\n"
    )
    assert _shape(body, {"draft": "x", "title": "Review", "who": "you"}) == "true | false"
    assert _shape(body, {"draft": 1}) == "text"


def test_a_question_that_changes_in_a_loop_is_the_same_question() -> None:
    body = (
        "    question = 'How old are you?'\n"
        "    while True:\n"
        "        age = interrupt(question)\n"
        "        if isinstance(age, int):\n            return {'age': age}\n"
        "        question = f'{age} is no age.'\n"
    )
    assert _shape(body, "How old are you?") == "whole number"
    assert _shape(body, "seven is no age.") == "whole number"
    assert _shape(body, "How old?") == "unknown"


def test_a_question_may_have_come_from_code_that_cannot_be_read() -> None:
    """Only what asks in exactly these words is then told."""
    from countersign.interrupts.code.graph_reading import read_graph
    from countersign.interrupts.code.source import FunctionSource, GraphSource, ModuleSource, NodeSource

    text = IMPORT + "def node(state):\n    return {'x': bool(interrupt(state)), 'y': bool(interrupt('Y?'))}\n"
    source = GraphSource(
        name="graph",
        modules=(ModuleSource(name="m", file="m.py", text=text),),
        nodes=(
            NodeSource(
                path=("node",),
                space="",
                functions=(FunctionSource(file="m.py", line=2, name="node"),),
                problem="a tool of it is a C function",
            ),
        ),
    )
    reading = read_graph(source)
    assert notation(reading.shape_for("node", "Y?")) == "true | false"
    assert notation(reading.shape_for("node", "Z?")) == "unknown"


LOOP = """
    question = "How old are you?"
    while True:
        age = interrupt(question)
        if not isinstance(age, int) or age < 0:
            question = f"{age!r} is no age. How old are you?"
            continue
        else:
            break
    return {"age": age}
"""


@pytest.mark.parametrize("asked", ["How old are you?", "-1 is no age. How old are you?"])
def test_a_question_that_is_put_in_other_words_before_the_loop_goes_on_is_the_same(asked: str) -> None:
    """The words are assigned where the turn is left, and asked with at the next one."""
    assert _shape(LOOP, asked) == "whole number"


BREAKS = """
    while True:
        answer = interrupt("Go on?")
        if answer in ("yes", "no"):
            word = answer
            break
        else:
            word = "later"
            continue
    return {"go": word == "yes"}
"""


def test_what_is_assigned_before_a_break_is_read_behind_the_loop() -> None:
    assert _shape(BREAKS, "Go on?") == '"yes" | "no"'
