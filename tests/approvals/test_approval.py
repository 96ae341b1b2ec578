"""The life of an approval: each way on, and each refusal."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import AlreadyDecided, NotPending, QuestionChanged
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person, Standing
from countersign.approvals.votes.vote import Vote

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOB = Person(id="UBOB", name="Bob", standing=Standing.MEMBER)
YES = Vote(decision=Decision(kind=DecisionKind.APPROVE), by=BOB, at=NOW)
NO = Vote(decision=Decision(kind=DecisionKind.REJECT, message="no"), by=BOB, at=NOW)


def an_approval(rows: int = 1) -> Approval:
    return open_approval(
        thread_id="T1/C1/1.0", interrupt_id="i1", digest="d1", value={"a": 1}, schema=None, rows=rows, at=NOW
    )


def test_a_new_one_waits_in_every_row_and_has_no_card() -> None:
    approval = an_approval(rows=3)
    assert approval.status is Status.PENDING
    assert approval.open_rows == (0, 1, 2)
    assert (approval.version, approval.rendered_version, approval.card_ts, approval.answer) == (
        1,
        0,
        None,
        None,
    )
    assert approval.id != an_approval().id


def test_it_is_decided_with_its_last_row_and_not_before() -> None:
    half = an_approval(rows=2).with_votes({1: NO})
    assert half.status is Status.PENDING
    assert half.open_rows == (0,)
    assert half.version == 2
    whole = half.with_votes({0: YES})
    assert whole.status is Status.DECIDED
    assert whole.votes == (YES, NO)
    assert whole.version == 3


def test_several_rows_can_be_decided_at_once() -> None:
    assert an_approval(rows=3).with_votes({0: YES, 1: YES, 2: NO}).status is Status.DECIDED


@pytest.mark.parametrize("status", [Status.DECIDED, Status.RESUMED, Status.WITHDRAWN])
def test_only_a_pending_one_takes_votes(status: Status) -> None:
    with pytest.raises(NotPending):
        replace(an_approval(), status=status).check_open(0, "d1")


@pytest.mark.parametrize(("row", "digest"), [(0, "another"), (1, "d1"), (-1, "d1")])
def test_a_vote_on_another_question_or_on_a_row_that_is_not_there_is_refused(row: int, digest: str) -> None:
    with pytest.raises(QuestionChanged):
        an_approval().check_open(row, digest)


def test_a_row_is_decided_once() -> None:
    approval = an_approval(rows=2).with_votes({0: YES})
    approval.check_open(1, "d1")
    with pytest.raises(AlreadyDecided):
        approval.check_open(0, "d1")


def test_it_is_resumed_once_the_graph_took_the_answer() -> None:
    decided = an_approval().with_votes({0: YES}).answered_with(answer=True)
    resumed = decided.resumed()
    assert (resumed.status, resumed.answer, resumed.votes) == (Status.RESUMED, True, (YES,))
    assert resumed.version == decided.version + 1


def test_an_answer_that_the_graph_refused_opens_it_again_with_the_reason() -> None:
    decided = an_approval(rows=2).with_votes({0: YES, 1: NO}).answered_with(answer=[1])
    again = decided.reopened("not a number", NOW)
    assert again.status is Status.PENDING
    assert again.open_rows == (0, 1)
    assert (again.answer, again.status_reason) == (None, "not a number")
    assert again.version == decided.version + 1
    assert again.with_votes({0: YES, 1: YES}).status_reason is None, "the reason is that of the answer before"


def test_withdrawing_says_why_and_keeps_the_votes() -> None:
    withdrawn = an_approval().with_votes({0: YES}).withdrawn("gone")
    assert (withdrawn.status, withdrawn.status_reason, withdrawn.votes) == (Status.WITHDRAWN, "gone", (YES,))


def test_a_change_expects_the_version_that_it_was_made_on() -> None:
    approval = an_approval()
    assert Change(after=approval, event=Event.OPENED).expected_version == 0
    assert Change(after=approval.with_votes({0: YES}), event=Event.DECIDED).expected_version == 1


def test_the_changes_of_the_graphs_state_are_those_of_all_its_votes() -> None:
    def vote(**state: int) -> Vote:
        return replace(YES, decision=replace(YES.decision, state=state or None))

    assert an_approval(rows=2).with_votes({1: vote(a=1)}).state_changes == {"a": 1}
    both = an_approval(rows=3).with_votes({0: vote(a=1, b=1), 1: vote(), 2: vote(b=2)})
    assert both.state_changes == {"a": 1, "b": 2}
    assert an_approval().state_changes == {}
