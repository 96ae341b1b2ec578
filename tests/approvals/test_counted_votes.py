"""Whose votes made a decision, who proposed it, and which reasons are shown for it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.counted_votes import (
    counted_votes,
    decided_by,
    given_reasons,
    votes_before_expiry,
)
from countersign.approvals.votes.vote import Vote
from tests.approvals.policy.policies import person
from tests.approvals.test_record import OPENED, an_approval

YES, NO, EDIT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.REJECT,
    DecisionKind.EDIT,
    DecisionKind.RESPOND,
)
GRANT = UUID(int=7)


def vote(user: str, kind: DecisionKind = YES, message: str | None = None, **more: Any) -> Vote:
    decision = Decision(kind=kind, message=message, value=more.pop("value", None))
    return Vote(decision=decision, by=person(user), at=OPENED, **more)


def voted(*votes: Vote, **more: Any) -> Approval:
    return an_approval(row_votes=(RowVotes(votes=votes, **more),))


ANN, BOB, EVE = vote("UANN", message="Fine."), vote("UBOB"), vote("UEVE", NO, "Too much.")


def test_the_votes_for_the_outcome_count() -> None:
    assert counted_votes(voted(ANN, EVE, BOB), 0, BOB) == (ANN, BOB)
    assert counted_votes(voted(ANN, EVE, BOB), 0, EVE) == (EVE,)
    assert counted_votes(an_approval(), 0, BOB) == (BOB,)


@pytest.mark.parametrize(
    "how", [{"expired": True}, {"cancelled": True}, {"grant": GRANT}, {"broke_glass": True}]
)
def test_what_no_vote_decided_or_one_alone_is_not_put_down_to_the_others(how: dict[str, Any]) -> None:
    alone = replace(BOB, **how)
    assert counted_votes(voted(ANN, alone), 0, alone) == (alone,)


def test_whoever_proposed_what_others_approved_is_its_author() -> None:
    change = vote("UANN", EDIT, value={"a": 2})
    assert decided_by(voted(change, BOB, proposal=change), 0, BOB).author == change
    assert decided_by(voted(change, proposal=change), 0, change).author is None, "they decided it alone"
    assert decided_by(voted(ANN, BOB), 0, BOB).author is None
    against = vote("UEVE", NO)
    assert decided_by(voted(change, against, proposal=change), 0, against).author is None
    for how in ({"expired": True}, {"grant": GRANT}, {"cancelled": True}):
        other = replace(BOB, **how)
        assert decided_by(voted(change, other, proposal=change), 0, other).author is None


def test_reasons_are_those_of_counted_votes_first_and_of_the_other_outcome() -> None:
    given = given_reasons(voted(EVE, ANN, BOB), 0, BOB)
    assert [(each.vote, each.text, each.against) for each in given] == [
        (ANN, "Fine.", False),
        (EVE, "Too much.", True),
    ]
    assert [(each.vote, each.against) for each in given_reasons(voted(EVE, ANN), 0, EVE)] == [
        (EVE, False),
        (ANN, True),
    ]


def test_an_answer_and_a_blank_message_are_no_reasons() -> None:
    answer, blank = vote("UANN", RESPOND, "Blue."), vote("UBOB", message="  ")
    assert given_reasons(voted(answer, blank), 0, blank) == ()


def test_nobody_gives_a_reason_for_what_a_grant_decided_or_for_a_mere_cancellation() -> None:
    for how in ({"grant": GRANT}, {"cancelled": True}):
        decided = replace(ANN, **how)
        assert given_reasons(voted(ANN, decided), 0, decided) == ()


def test_why_a_run_was_cancelled_is_its_only_reason() -> None:
    ends = Vote(
        decision=Decision(kind=NO, message="Not now.", ends_run=True),
        by=person("UBOB"),
        at=OPENED,
        cancelled=True,
    )
    (given,) = given_reasons(voted(ANN, ends), 0, ends)
    assert (given.vote, given.text, given.against) == (ends, "Not now.", False)
    silent = replace(ends, decision=replace(ends.decision, message=None))
    assert given_reasons(voted(ANN, silent), 0, silent) == ()


def test_of_what_expired_the_votes_that_were_too_few_are_kept_apart() -> None:
    expired = vote("", NO, expired=True)
    assert votes_before_expiry(voted(ANN, expired), 0) == (ANN,)
    assert [each.vote for each in given_reasons(voted(ANN, expired), 0, expired)] == [ANN]
