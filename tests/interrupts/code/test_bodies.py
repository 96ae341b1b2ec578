"""What each way to use an answer says of its shape, and from which line that is read."""

from collections.abc import Iterator, Mapping

import pytest

from countersign.interrupts.code.codec import shape_to_json
from countersign.interrupts.code.notation import notation
from countersign.interrupts.code.shape import AnswerShape, ListOf, Object, Text, Tuple, Union
from tests.interrupts.code.bodies import CASTS, DECLARED, HEAD, STATEMENTS, USES
from tests.interrupts.code.reading import read_text
from tests.interrupts.snapshot import snapshot

ASKED = "answer = interrupt('?')\n"


def _on_one_line(body: str) -> str:
    return body.replace("\n", "⏎")


@pytest.mark.parametrize(
    ("name", "bodies"),
    [
        ("uses", {use: f"{ASKED}return {{'x': {use}}}" for use in USES}),
        ("statements", {_on_one_line(each): ASKED + each for each in STATEMENTS}),
        ("declared", {_on_one_line(each): each for each in DECLARED}),
        ("casts", {_on_one_line(each): each for each in CASTS}),
    ],
)
def test_what_each_body_says_of_the_answer(name: str, bodies: Mapping[str, str]) -> None:
    lines = [f"{label} -> {_read(body)}" for label, body in bodies.items()]
    text = "\n".join(lines) + "\n"
    assert text == snapshot(f"code_{name}", text)


def _read(body: str) -> str:
    text = f"{HEAD}\ndef node(state):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    (read,) = read_text(text).nodes
    if read.problem is not None:
        return f"not read: {read.problem}"
    first = text[: text.index("def node")].count("\n") + 2
    found = sorted(read.questions, key=lambda each: each.where.line)
    return "; ".join(_told(each.shape, first, body.splitlines()) for each in found) or "no question"


def _told(shape: AnswerShape, first: int, lines: list[str]) -> str:
    """The notation, what it leaves out, and what the shape was read from: the line of the body (from 1) if
    it is not the last, and the evidence but for that line's text."""
    facts = [notation(shape), *(f"[{each}]" for each in _unwritten(shape))]
    if shape.where is None:
        return " ".join([*facts, "[nowhere]"])
    at = shape.where.line - first + 1
    evidence = shape.evidence if at < 1 else shape.evidence.removesuffix(lines[at - 1].strip()).rstrip(": ")
    said = ["" if at == len(lines) else f"line {at}", evidence]
    return " ".join([*facts, *(f"[{each}]" for each in said if each)])


def _unwritten(shape: AnswerShape) -> Iterator[str]:
    """What the notation does not say."""
    match shape:
        case Text(remark=True):
            yield "a remark"
        case Object():
            for key in shape.keys:
                yield from (f"{key.name} is unread with {name} {value!r}" for name, value in key.unread_with)
                yield from (f"{key.name}: {each}" for each in _unwritten(key.shape))
        case Tuple():
            yield from (
                f"{place}: {each}" for place, item in enumerate(shape.items) for each in _unwritten(item)
            )
        case ListOf():
            yield from _unwritten(shape.item)
        case Union():
            yield from (each for inner in shape.alternatives for each in _unwritten(inner))
        case _:
            pass


@pytest.mark.parametrize("body", [ASKED + each for each in STATEMENTS[::7]])
def test_reading_twice_comes_to_the_same(body: str) -> None:
    text = f"{HEAD}\ndef node(state):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    one, two = (
        [shape_to_json(each.shape) for node in read_text(text).nodes for each in node.questions] for _ in "12"
    )
    assert one == two


@pytest.mark.parametrize("length", [120, 121])
def test_the_line_that_is_shown_as_evidence_is_cut_where_it_is_too_long(length: int) -> None:
    line = "return {'x': answer == 'yes'}  # "
    line += "x" * (length - len(line))
    (node,) = read_text(f"{HEAD}\ndef node(state):\n    {ASKED}    {line}\n").nodes
    (question,) = node.questions
    assert question.shape.evidence == (line if length == 120 else line[:119] + "…")
