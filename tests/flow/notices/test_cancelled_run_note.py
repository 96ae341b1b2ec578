"""What the thread reads of a run that ended without an answer, word for word."""

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.vote import Vote
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.notices.thread_notes import run_cancelled_note
from countersign.flow.review import Review
from tests.approvals.policy.policies import vote
from tests.flow.notices.test_thread_notes import asked, text_of

START_OVER = "The agent does nothing more. To start over, send a new message here."
NOBODY = START_OVER.replace("The agent", "The run was cancelled, and the agent")


def ends(user: str, message: str | None = None, **changes: Any) -> Vote:
    cast = vote(user, DecisionKind.REJECT, message=message)
    return replace(cast, decision=replace(cast.decision, ends_run=True), **changes)


def note_on(*votes: Vote, requester: str | None = "UREQ") -> Outgoing:
    approval = asked(requester=requester)
    return run_cancelled_note(Review(approval.with_row_votes({0: RowVotes(votes=votes)}, {0: votes[-1]})))


def mentions(row: Outgoing) -> object:
    assert isinstance(row.body, dict)
    return row.body.get("mentions") or []


@pytest.mark.parametrize(
    ("votes", "said"),
    [
        ([ends("UBOB")], f"Run cancelled by Bob. {START_OVER}"),
        ([ends("UBOB"), ends("UCAROL")], f"Run cancelled by Bob and Carol. {START_OVER}"),
        ([vote("UBOB"), ends("UCAROL")], f"Run cancelled by Carol. {START_OVER}"),
        ([ends("UBOB", " Too\n much. ")], f"Run cancelled by Bob: Too much.\n{START_OVER}"),
        (
            [ends("UBOB", "No."), ends("UCAROL"), ends("UDAVE", "Never.")],
            f"Run cancelled by Bob, Carol, and Dave. Reason of Bob: No. Reason of Dave: Never.\n{START_OVER}",
        ),
        ([ends("UBOB"), ends("UREQ", cancelled=True)], f"Run cancelled by Req. {START_OVER}"),
        (
            [ends("", expired=True)],
            f"Nobody answered by 2026-11-26 12:00 UTC. {NOBODY}",
        ),
    ],
    ids=["one", "two", "not who approved", "a reason", "two reasons", "the requester", "nobody"],
)
def test_it_says_by_whom_and_why_and_how_to_start_over(votes: list[Vote], said: str) -> None:
    assert text_of(note_on(*votes)) == said


@pytest.mark.parametrize(
    ("votes", "requester", "mentioned"),
    [
        ([ends("UBOB")], "UREQ", ["UREQ"]),
        ([ends("UREQ")], "UREQ", []),
        ([ends("UBOB"), ends("UREQ")], "UREQ", ["UREQ"]),
        ([ends("", expired=True)], "UREQ", ["UREQ"]),
        ([ends("UBOB")], None, []),
    ],
)
def test_the_requester_is_mentioned_unless_it_was_they(
    votes: list[Vote], requester: str | None, mentioned: list[str]
) -> None:
    assert mentions(note_on(*votes, requester=requester)) == mentioned


def test_a_long_reason_is_cut() -> None:
    text = text_of(note_on(ends("UBOB", "x" * 501)))
    assert text == f"Run cancelled by Bob: {'x' * 500}\n{START_OVER}"
