"""What a row is decided as when too few people voted in time, by what its question takes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.vote import Vote
from countersign.flow.review import Review
from countersign.flow.timers.expiry import expiry_decision
from tests.approvals.policy.policies import vote
from tests.approvals.test_record import OPENED
from tests.flow.timers.expiring_requests import REJECTED, actions, asked

DEADLINE = OPENED + timedelta(hours=2)
YES, NO, EDIT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.REJECT,
    DecisionKind.EDIT,
    DecisionKind.RESPOND,
)
ALL = actions(["approve", "edit", "reject", "respond"])
APPROVED, APPROVE = Decision(kind=YES), 'on_expiry = "approve"'
RESPONDED, AWAY = 'on_expiry = "respond: Nobody is here."', "Nobody is here."


def decision(
    value: Json,
    rule: str = "",
    *votes: Vote,
    row: int = 0,
    frozen: bool = False,
    proposal: Vote | None = None,
) -> Decision | None:
    approval = asked(value, *([rule] * (len(value["action_requests"]) if isinstance(value, dict) else 1)))
    request = Review(approval).unrestricted_request
    given = RowVotes(votes=votes, proposal=proposal)
    return expiry_decision(request, row, approval.rule(row), given, DEADLINE, frozen=frozen)


def test_without_a_word_of_the_rule_it_is_rejected_with_the_reason() -> None:
    assert decision(ALL) == Decision(kind=NO, message=REJECTED)
    voted = decision(ALL, "quorum = 2", vote("UBOB", YES))
    assert voted is not None
    assert voted.message != REJECTED, "somebody answered"


def test_it_stays_open_where_the_rule_says_so() -> None:
    assert decision(ALL, 'on_expiry = "keep"') is None


def test_it_is_approved_where_nobody_objects() -> None:
    assert decision(ALL, APPROVE) == APPROVED
    assert decision(ALL, f"{APPROVE}\nquorum = 2", vote("UBOB", YES)) == APPROVED
    assert decision(ALL, APPROVE, frozen=True) is None, "in a freeze no approval counts"


def test_an_objection_or_another_proposal_is_no_approval() -> None:
    rejected = decision(ALL, f"{APPROVE}\nrejections = 2", vote("UBOB", NO))
    assert rejected is not None
    assert rejected.kind is NO
    proposed = Vote(
        decision=Decision(kind=EDIT, value={"name": "pay0", "args": {"amount": 2}}),
        by=vote("UBOB", YES).by,
        at=OPENED,
    )
    edited = decision(ALL, APPROVE, proposed, proposal=proposed)
    assert edited is not None
    assert edited.kind is NO


def test_what_takes_no_approval_stays_open() -> None:
    assert decision(actions(["reject"]), APPROVE) is None


@pytest.mark.parametrize("value", [ALL, actions(["respond", "reject"])])
def test_the_rules_own_words_are_the_answer(value: Json) -> None:
    answered = decision(value, RESPONDED)
    assert answered is not None
    assert (answered.kind, answered.message or answered.value) == (RESPOND, AWAY)


def test_what_takes_no_words_is_rejected_with_them() -> None:
    assert decision(actions(["approve", "reject"]), RESPONDED) == Decision(kind=NO, message=AWAY)


def test_the_run_of_a_question_that_takes_no_rejection_is_cancelled() -> None:
    cancelled = decision(actions(["approve", "edit"]))
    assert cancelled is not None
    assert (cancelled.kind, cancelled.ends_run, cancelled.message) == (NO, True, REJECTED)
    answered = decision(actions(["approve", "edit"]), RESPONDED)
    assert answered is not None
    assert (answered.ends_run, answered.message) == (True, AWAY)


def test_beside_others_it_stays_open_for_they_wait_for_their_own() -> None:
    two = actions(["approve", "edit"], ["approve", "reject"])
    assert decision(two, row=0) is None
    assert decision(two, row=1) == Decision(kind=NO, message=REJECTED)


def test_the_row_is_answered_that_was_asked_about() -> None:
    two = actions(["approve", "reject"], ["respond", "reject"])
    first, second = (decision(two, RESPONDED, row=row) for row in (0, 1))
    assert first == Decision(kind=NO, message=AWAY)
    assert second is not None
    assert second.kind is RESPOND


@pytest.mark.parametrize(
    ("shape", "ends_run"), [({"kind": "boolean"}, False), ({"kind": "number", "integer": True}, True)]
)
def test_what_code_reads_otherwise_is_not_answered_in_words(shape: Json, ends_run: bool) -> None:
    read_by_code = replace(asked("Go on?", RESPONDED), answer_shape=shape)
    request = Review(read_by_code).unrestricted_request
    found = expiry_decision(request, 0, read_by_code.rule(0), RowVotes(), DEADLINE, frozen=False)
    assert found is not None
    assert (found.kind, found.message, found.ends_run) == (NO, AWAY, ends_run)
