"""What the writer of a message reads of what waits in the thread, word for word."""

from dataclasses import replace

import pytest

from countersign.approvals.approval import Approval
from countersign.flow.decisions.replies.texts import what_waits
from countersign.flow.review import Review
from tests.flow.rows import an_approval

ELSEWHERE = replace(an_approval(), posted_to="C9")


def waits(*waiting: Review, undoable: bool = False) -> list[str]:
    return str(what_waits(list(waiting), undoable=undoable)).split("\n")


def test_of_several_each_is_named() -> None:
    assert waits(Review(an_approval("i1")), Review(an_approval("i2"))) == [
        "2 approvals are waiting in this thread. Use their cards:",
        "•  Go on?",
        "•  Go on?",
    ]


@pytest.mark.parametrize(
    ("approval", "how"),
    [
        (an_approval(), "Use the card. Other messages are not passed on until then."),
        (ELSEWHERE, "Use the card in another channel. Other messages are not passed on until then."),
    ],
)
def test_of_one_its_card_is_named(approval: Approval, how: str) -> None:
    assert waits(Review(approval)) == ["This thread waits for a decision: Go on?", how]


def test_where_nothing_waits_it_is_a_decision_that_can_be_undone_or_a_failed_step() -> None:
    assert waits(undoable=True)[0].startswith("The last decision can still be undone")
    assert waits()[0].startswith("The last step failed after the decision.")
    assert waits(Review(an_approval()), undoable=True)[0].startswith("This thread waits for a decision")
