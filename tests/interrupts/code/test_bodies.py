"""What each way to use an answer says of its shape, and from which line that is read."""

from collections.abc import Iterable

import pytest

from countersign.interrupts.code.codec import shape_to_json
from countersign.interrupts.code.notation import notation
from countersign.interrupts.code.shape import AnswerShape
from tests.interrupts.code.bodies import CASTS, DECLARED, HEAD, STATEMENTS, USES
from tests.interrupts.code.reading import read_text
from tests.interrupts.snapshot import snapshot

ASKED = "answer = interrupt('?')\n"


@pytest.mark.parametrize(
    ("name", "bodies"),
    [
        ("uses", [ASKED + each for each in USES]),
        ("statements", [ASKED + each for each in STATEMENTS]),
        ("declared", DECLARED),
        ("casts", CASTS),
    ],
)
def test_what_each_body_says_of_the_answer(name: str, bodies: Iterable[str]) -> None:
    lines = [f"{_on_one_line(body)} -> {_read(body)}" for body in bodies]
    text = "\n".join(lines) + "\n"
    assert text == snapshot(f"code_{name}", text)


def _on_one_line(body: str) -> str:
    return body.removeprefix(ASKED).replace("\n", "⏎")


def _read(body: str) -> str:
    text = f"{HEAD}\ndef node(state):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    (read,) = read_text(text).nodes
    if read.problem is not None:
        return f"not read: {read.problem}"
    first = text[: text.index("def node")].count("\n") + 2
    found = sorted(read.questions, key=lambda each: each.where.line)
    return "; ".join(_told(each.shape, first, body.splitlines()) for each in found) or "no question"


def _told(shape: AnswerShape, first: int, lines: list[str]) -> str:
    """The notation, and the line of the body (from 1) that it was read from, with what else is said of it."""
    if shape.where is None:
        return notation(shape)
    at = shape.where.line - first + 1
    same = at > 0 and shape.evidence == lines[at - 1].strip()
    return f"{notation(shape)} [{at}{'' if same else f': {shape.evidence}'}]"


@pytest.mark.parametrize("body", [ASKED + each for each in STATEMENTS[::7]])
def test_reading_twice_comes_to_the_same(body: str) -> None:
    text = f"{HEAD}\ndef node(state):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    one, two = (
        [shape_to_json(each.shape) for node in read_text(text).nodes for each in node.questions] for _ in "12"
    )
    assert one == two
