"""Every kind of code that people write around an answer, and the shape that is right for it."""

from collections.abc import Iterator

import pytest

from countersign.interrupts.code.shape import AnswerShape, ListOf, Object, Tuple, Union, Unknown
from tests.interrupts.code.snippet_reading import Snippet, read_snippet, shapes_of, snippets

ALL = snippets()


@pytest.mark.parametrize("snippet", ALL, ids=str)
def test_the_shape_of_the_answer(snippet: Snippet) -> None:
    assert read_snippet(snippet) == snippet.answers


def parts(shape: AnswerShape) -> Iterator[AnswerShape]:
    """The shape and all shapes in it."""
    yield shape
    match shape:
        case ListOf(item=item):
            yield from parts(item)
        case Tuple(items=inner) | Union(alternatives=inner):
            for each in inner:
                yield from parts(each)
        case Object(keys=keys):
            for key in keys:
                yield from parts(key.shape)


@pytest.mark.parametrize("snippet", ALL, ids=str)
def test_what_it_was_read_from_is_a_line_of_the_code_that_is_named(snippet: Snippet) -> None:
    lines = snippet.file.read_text().splitlines()
    for shape in (part for found in shapes_of(snippet) for part in parts(found)):
        if shape.where is None:
            assert isinstance(shape, Unknown) or not shape.evidence
            continue
        assert shape.where.file == str(snippet.file)
        if not isinstance(shape, Unknown | Union):  # which say in words what several lines come to
            assert shape.evidence == lines[shape.where.line - 1].strip()


def test_there_are_snippets_of_every_kind() -> None:
    kinds = {snippet.file.stem for snippet in ALL}
    assert {"truth", "values", "numbers", "text", "objects", "lists", "several", "unknown"} <= kinds
    assert len(ALL) > 100
