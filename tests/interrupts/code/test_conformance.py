"""Every kind of code that people write around an answer, and the shape that is right for it."""

import pytest

from tests.interrupts.code.snippet_reading import Snippet, read_snippet, snippets

ALL = snippets()


@pytest.mark.parametrize("snippet", ALL, ids=str)
def test_the_shape_of_the_answer(snippet: Snippet) -> None:
    assert read_snippet(snippet) == snippet.answers


def test_there_are_snippets_of_every_kind() -> None:
    kinds = {snippet.file.stem for snippet in ALL}
    assert {"truth", "values", "numbers", "text", "objects", "lists", "several", "unknown"} <= kinds
    assert len(ALL) > 100
