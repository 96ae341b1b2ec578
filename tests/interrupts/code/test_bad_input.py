"""Source that is too large, too deep, broken or circular: it is bounded, and never raises."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.interrupts.code.notation import notation
from countersign.interrupts.code.questions import GraphReading
from countersign.interrupts.code.shape import Boolean, Unknown
from tests.interrupts.code.reading import IMPORT, parses, read_text
from tests.interrupts.code.snippet_reading import FOLDER

ASKS = IMPORT + "def node(state):\n    answer = interrupt('?')\n    return {'x': 1 if answer else 2}\n"
SECONDS = 20.0  # on a machine that is busy with other things, too


def _problem(reading: GraphReading) -> str:
    (node,) = reading.nodes
    assert node.questions == ()
    assert node.problem is not None
    return node.problem


def test_a_module_of_thousands_of_lines_is_read_at_once() -> None:
    other = "\n".join(
        f"def f{n}(x):\n    if x > {n}:\n        return [x, {n}]\n    return x\n" for n in range(1250)
    )
    began = time.process_time()
    reading = read_text(other + ASKS)
    assert time.process_time() - began < SECONDS
    assert [q.shape for q in reading.nodes[0].questions] == [Boolean()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def node(state:\n", "line 1 cannot be parsed"),
        ("def node(state):\n    x = 1 ++++ ;\n", "line 2 cannot be parsed"),
        ("class def node(): pass\n", "cannot be parsed"),
        ("def node(state):\n    return '\0'\n", "cannot be parsed"),
        ("def node(state):\n    return " + "(" * 5000 + ")" * 5000 + "\n", "cannot be parsed"),
        ("x = 1\n", "definition of node is not found"),
        ("# " + "x" * 2_100_000, "longer than"),
    ],
)
def test_what_cannot_be_parsed_is_said(text: str, said: str) -> None:
    assert said in _problem(read_text(text))


@pytest.mark.parametrize(
    "deep",
    [
        "answer" + ".a" * 3000,
        "answer" + "[0]" * 3000,
        " + ".join(["answer"] * 3000),
        "not " * 3000 + "answer",
        "[" * 90 + "answer" + "]" * 90,
        "lambda: " * 190 + "answer",
        " if answer else ".join(["answer"] * 500),
        " and ".join(["(answer or answer)"] * 40),
        "f" + "(f" * 80 + "(answer)" + ")" * 80,
    ],
)
def test_deep_nesting_ends(deep: str) -> None:
    text = IMPORT + f"def node(state):\n    answer = interrupt('?')\n    return {{'x': {deep}}}\n"
    began = time.process_time()
    reading = read_text(text)
    assert time.process_time() - began < SECONDS
    assert all(isinstance(q.shape, Unknown) or reading.nodes[0].problem for q in reading.nodes[0].questions)


def test_calls_that_fan_out_end_and_claim_nothing() -> None:
    levels = "\n".join(f"def f{n}(x):\n    f{n + 1}(x)\n    return f{n + 1}(x)\n" for n in range(40))
    text = IMPORT + levels + "def f40(x):\n    return x\ndef node(state):\n    return f0(interrupt('?'))\n"
    began = time.process_time()
    reading = read_text(text)
    assert time.process_time() - began < SECONDS
    assert reading.nodes[0].problem or all(isinstance(q.shape, Unknown) for q in reading.nodes[0].questions)


def test_what_was_read_by_half_is_not_reported() -> None:
    """The first question is plain, but the function is too large to be read to its end."""
    much = "\n".join(f"    x{n} = [{', '.join(str(m) for m in range(100))}]" for n in range(2000))
    text = IMPORT + f"def node(state):\n    answer = interrupt('?')\n    if answer:\n        pass\n{much}\n"
    assert "too large" in _problem(read_text(text))


def test_a_graph_is_bounded_as_a_whole() -> None:
    much = "\n".join(f"    x{n} = [{', '.join(str(m) for m in range(100))}]" for n in range(1000))
    names = [f"node{n}" for n in range(12)]
    text = IMPORT + "\n".join(f"def {name}(state):\n{much}\n    return interrupt('?')" for name in names)
    began = time.process_time()
    reading = read_text(text, names)
    assert time.process_time() - began < 2 * SECONDS
    assert reading.nodes[-1].problem is not None


@pytest.mark.parametrize(
    "text",
    [
        "A = B\nB = A\ndef node(state):\n    return {'x': interrupt(A) == B}\n",
        "class C(D): pass\nclass D(C): pass\ndef node(state):\n    return C(**interrupt('?'))\n",
        "def node(state):\n    return node(node(interrupt('?')))\n",
        "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\ndef node(s):\n    f(interrupt('?'))\n",
        "@node\ndef node(state):\n    return interrupt('?')\n",
        "def d(f):\n    return d(f)\n@d\ndef node(state):\n    return interrupt('?')\n",
        "class E(Enum):\n    A = E.A\ndef node(state):\n    return E(interrupt('?'))\n",
        "from module import node as other\ndef node(state):\n    return other(interrupt('?'))\n",
        "from . import x\nfrom .... import y\ndef node(state):\n    return x(y(interrupt('?')))\n",
        "T = list['T']\ndef node(state):\n    x: T = interrupt('?')\n",
        "class N:\n    next: 'N'\ndef node(state):\n    x: N = interrupt('?')\n",
        "def node(state):\n    x = interrupt('?')\n    x[0], x[1:], x.y, *x = x, x, x\n    del x\n",
        "def node(state):\n    d = {}\n    d['d'] = d\n    d['a'] = interrupt(d)\n    return d\n",
        "def node(state):\n    l = []\n    l.append(l)\n    l.append(interrupt(l))\n    return l\n",
        "def node(*, state=interrupt('?'), **more):\n    return {**more, **state}\n",
        "def node():\n    yield interrupt('?')\n",
        "def node(state):\n    global g\n    g = interrupt('?')\n    nonlocal_ = g\n",
        "def node(state):\n    interrupt()\n    interrupt(*state, **state)\n    interrupt(value=1)\n",
    ],
)
def test_circles_and_oddities_are_read(text: str) -> None:
    began = time.process_time()
    reading = read_text(IMPORT + text)
    assert time.process_time() - began < SECONDS
    for node in reading.nodes:
        assert all(notation(question.shape) for question in node.questions)


_FILES = [file.read_text() for file in sorted(FOLDER.glob("*.py"))]
_LINES = [line.strip() for text in _FILES for line in text.splitlines() if line.strip()]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(_LINES), min_size=1, max_size=25))
def test_lines_that_do_not_belong_together_are_read(lines: list[str]) -> None:
    body = "\n".join(f"    {line}{' pass' if line.endswith(':') else ''}" for line in lines)
    text = IMPORT + f"def node(state):\n    answer = interrupt('?')\n{body}\n"
    reading = read_text(text)
    assert bool(reading.nodes[0].problem) or parses(text)


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    read_text(text)
