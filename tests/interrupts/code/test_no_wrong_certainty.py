"""Code that looks as if it said what an answer is, and does not: nothing may be claimed that is not so.

`adversarial.txt` has a module for each title: names that are rebound, dicts that are filled elsewhere,
decorators, patched classes, models that take something else than their fields, answers that are written over.
"""

from pathlib import Path

import pytest

from countersign.interrupts.code.notation import notation
from tests.interrupts.code.reading import read_text

HEAD, *PARTS = Path(__file__).with_name("adversarial.txt").read_text().split("#### ")
CASES = [part.split("\n", 1) for part in PARTS]


@pytest.mark.parametrize(("title", "body"), CASES, ids=[title.split(" -> ")[0] for title, _ in CASES])
def test_nothing_is_claimed_that_is_not_so(title: str, body: str) -> None:
    (node,) = read_text(HEAD + body).nodes
    assert node.problem is None
    found = sorted(node.questions, key=lambda question: question.where.line)
    assert " ;; ".join(notation(each.shape) for each in found) == title.split(" -> ")[1]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) > 150
