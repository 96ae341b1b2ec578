"""What an approval says of itself: when its timers are due, where its card is, what is decided on a row."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.assignment.claim import CLAIM_PERIOD
from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import Expired, NotPending
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Phase, Status
from countersign.approvals.policy.clock.timers import Fired, TimerKind
from countersign.approvals.policy.rule import NO_RULE, Rule
from countersign.approvals.votes.vote import Vote
from tests.approvals.policy.policies import a_rule, person, vote

OPENED = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
YES, NO = DecisionKind.APPROVE, DecisionKind.REJECT
NONE = a_rule("")
REMINDED = a_rule('remind_after = "1h"\nexpire_after = "3h"')
ESCALATED = a_rule('escalate_after = "2h"\nescalate_to = {users = ["U1"]}\nexpire_after = "3h"')


def an_approval(*rules: Rule, rows: int = 1, **changes: Any) -> Approval:
    opened = open_approval(
        thread_id="T1/C1/1.0",
        interrupt_id="i1",
        digest="d1",
        value={},
        schema=None,
        rows=len(rules) or rows,
        at=OPENED,
        rules=rules,
    )
    return replace(opened, **changes)


def a_change(kind: DecisionKind = DecisionKind.EDIT, **said: Any) -> Vote:
    return Vote(decision=Decision(kind=kind, **said), by=person("UBOB"), at=OPENED)


def fired(row: int, kind: TimerKind) -> Fired:
    return Fired(row=row, kind=kind)


def test_the_next_timer_is_the_first_of_its_open_rows_that_has_not_fired() -> None:
    both = an_approval(ESCALATED, REMINDED)
    assert both.due_at == OPENED + HOUR
    assert replace(both, fired=frozenset({fired(1, TimerKind.REMIND)})).due_at == OPENED + 2 * HOUR
    assert replace(both, fired=frozenset({fired(0, TimerKind.REMIND)})).due_at == OPENED + HOUR
    assert both.with_votes({1: vote("UBOB")}).due_at == OPENED + 2 * HOUR


def test_without_timers_nothing_is_due() -> None:
    assert an_approval(NONE).due_at is None
    assert an_approval().due_at is None
    assert an_approval().due(OPENED + 100 * HOUR) == {}


def test_a_claim_ends_before_the_other_timers() -> None:
    claimed = an_approval(REMINDED).claimed(person("UBOB"), OPENED)
    assert claimed.due_at == OPENED + CLAIM_PERIOD == OPENED + timedelta(minutes=15)
    assert claimed.released().due_at == OPENED + HOUR


def test_a_claim_ends_with_its_holders_vote_and_with_nobody_elses() -> None:
    claimed = an_approval(REMINDED).claimed(person("UBOB"), OPENED)
    assert claimed.without_claim_of("UBOB").claim is None
    assert claimed.without_claim_of("UANN").claim == claimed.claim
    assert an_approval().without_claim_of("UBOB").claim is None


def test_once_decided_only_the_time_to_undo_is_waited_for() -> None:
    decided = an_approval(REMINDED).with_votes({0: vote("UBOB")})
    assert decided.due_at is None
    undoable = decided.undoable(OPENED + HOUR)
    assert (undoable.due_at, undoable.is_undoable, undoable.sent().due_at) == (OPENED + HOUR, True, None)
    assert not decided.is_undoable
    assert not replace(undoable, status=Status.RESUMED).is_undoable
    assert replace(undoable, status=Status.WITHDRAWN).due_at is None


def test_a_clock_starts_anew_when_it_is_asked_again() -> None:
    again = an_approval(REMINDED).with_votes({0: vote("UBOB")}).reopened("no", OPENED + 5 * HOUR)
    assert (again.clock_from, again.due_at) == (OPENED + 5 * HOUR, OPENED + 6 * HOUR)
    assert an_approval(REMINDED).clock_from == OPENED


def test_what_is_due_is_reported_with_all_its_rows_until_it_fired_for_them() -> None:
    three = an_approval(REMINDED, ESCALATED, REMINDED)
    assert three.due(OPENED + HOUR) == {TimerKind.REMIND: (0, 2)}
    assert three.due(OPENED + 3 * HOUR) == {TimerKind.EXPIRE: (0, 1, 2)}
    assert three.reminded([0]).due(OPENED + HOUR) == {TimerKind.REMIND: (2,)}
    assert three.reminded([0, 2]).due(OPENED + 2 * HOUR) == {TimerKind.ESCALATE: (1,)}
    assert three.escalated([1]).due(OPENED + HOUR) == {TimerKind.REMIND: (0, 2)}
    decided = three.with_votes({0: vote("UBOB"), 1: vote("UBOB")})
    assert decided.due(OPENED + 3 * HOUR) == {TimerKind.EXPIRE: (2,)}
    assert decided.with_votes({2: vote("UBOB")}).due(OPENED + 3 * HOUR) == {}


def test_a_row_is_in_time_until_it_expires() -> None:
    both = an_approval(REMINDED, NONE)
    both.check_in_time(0, OPENED + 3 * HOUR - timedelta(seconds=1))
    both.check_in_time(1, OPENED + 30 * HOUR)
    with pytest.raises(Expired):
        both.check_in_time(0, OPENED + 3 * HOUR)


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        (Status.PENDING, Phase.OPEN),
        (Status.DECIDED, Phase.DECIDED),
        (Status.RESUMED, Phase.DECIDED),
        (Status.EXPIRED, Phase.DECIDED),
        (Status.CANCELLED, Phase.DECIDED),
        (Status.WITHDRAWN, Phase.WITHDRAWN),
    ],
)
def test_its_stage(status: Status, phase: Phase) -> None:
    assert an_approval(status=status).phase is phase


def test_its_card_is_in_the_threads_channel_unless_it_was_posted_elsewhere() -> None:
    assert an_approval().channel == "C1"
    assert an_approval(posted_to="C2").channel == "C2"


def test_each_row_has_the_rule_that_it_opened_under_or_members_decide() -> None:
    both = an_approval(REMINDED, NONE)
    assert (both.rule(0), both.rule(1)) == (REMINDED, NONE)
    assert an_approval().rule(0) == Rule(name=NO_RULE)


def proposed(*cast: Vote, rows: int = 2) -> Approval:
    approval = an_approval(rows=rows)
    votes = approval.votes_on(1)
    for each in cast:
        votes = votes.cast(each)
    return approval.with_row_votes({1: votes}, {})


def test_what_is_decided_on_a_row_is_the_question_until_somebody_proposes_something_else() -> None:
    assert proposed(vote("UBOB", YES)).digest_of(1) == "d1"
    edited = proposed(a_change(value={"a": 2}, message="less"))
    content = canonical_json(["d1", "edit", {"a": 2}, "less"])
    assert edited.digest_of(1) == hashlib.sha256(content).hexdigest()
    assert edited.digest_of(0) == "d1"
    with_state = proposed(a_change(value=None, state={"n": 1}))
    content = canonical_json(["d1", "edit", None, None, {"n": 1}])
    assert with_state.digest_of(1) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        a_change(value={"a": 3}),
        a_change(value={"a": 2}, message="x"),
        a_change(value={"a": 2}, state={"n": 1}),
        a_change(DecisionKind.RESPOND, value={"a": 2}),
    ],
    ids=["another value", "a message", "the state too", "an answer"],
)
def test_two_proposals_have_two_digests(other: Vote) -> None:
    assert proposed(a_change(value={"a": 2})).digest_of(1) != proposed(other).digest_of(1)


def test_a_row_that_is_decided_has_the_questions_digest_again() -> None:
    edit = a_change(value={"a": 2})
    before = proposed(edit)
    decided = before.with_row_votes({1: before.votes_on(1)}, {1: edit})
    assert decided.digest_of(1) == "d1"


def test_the_state_as_it_was_shown() -> None:
    assert an_approval(state={"schema": {}, "values": {"n": 1}}).state_before == {"n": 1}
    nothings: list[Json] = [None, [], {"schema": {}}, {"values": [1]}]
    for nothing in nothings:
        assert an_approval(state=nothing).state_before == {}


def test_an_approval_is_too_old_after_its_rules_time_and_a_rejection_never() -> None:
    short = a_rule('valid_for = "1h"')
    votes = {0: vote("UBOB", YES), 1: vote("UBOB", NO), 2: vote("UBOB", YES)}
    at = votes[0].at
    decided = an_approval(short, short, NONE).with_votes(votes)
    assert decided.too_old_rows(at + HOUR - timedelta(seconds=1)) == ()
    assert decided.too_old_rows(at + HOUR) == (0,)
    assert an_approval(short, short).with_votes({1: votes[0]}).too_old_rows(at + HOUR) == (1,)


def test_who_comes_too_late_reads_what_was_decided_and_by_whom() -> None:
    decided = an_approval(rows=3).with_votes(
        {0: vote("UBOB", YES), 1: vote("UANN", NO), 2: vote("UBOB", YES)}
    )
    told = "This was approved by Bob and rejected by Ann already, so nothing was changed."
    for closed in (decided, decided.resumed()):
        with pytest.raises(NotPending) as refused:
            closed.check_open(0, "d1")
        assert str(refused.value) == told


def test_who_comes_after_it_was_withdrawn_reads_why_and_not_who_voted() -> None:
    for reason, told in (("The question is gone.", " The question is gone."), (None, "")):
        withdrawn = an_approval(rows=2).with_votes({0: vote("UBOB", YES)}).withdrawn("gone")
        with pytest.raises(NotPending) as refused:
            replace(withdrawn, status_reason=reason).check_open(1, "d1")
        assert str(refused.value) == f"This is no longer open.{told}"


def test_what_expired_in_part_is_reported_as_expired() -> None:
    by_rule = replace(vote("UBOB", NO), expired=True)
    late = an_approval(rows=2).with_votes({0: vote("UBOB", YES)}).timed_out((1,), {1: by_rule}, "Too late.")
    assert late.closes_as is Status.RESUMED, "a person's vote is in it"
    with pytest.raises(NotPending, match=r"^This is no longer open\. Too late\.$"):
        late.check_open(1, "d1")


def test_only_a_decision_can_be_undone_and_never_a_cancellation() -> None:
    with pytest.raises(AssertionError, match="only a decision"):
        an_approval().undoable(OPENED)
    cancelled = an_approval().cancelled(replace(vote("UBOB", NO), cancelled=True), False, "Cancelled.")
    with pytest.raises(AssertionError, match="final"):
        cancelled.undoable(OPENED)


def test_an_undone_decision_keeps_the_votes_of_others() -> None:
    row = an_approval().votes_on(0).cast(vote("UANN")).cast(vote("UBOB"))
    decided = an_approval().with_row_votes({0: row}, {0: vote("UBOB")}).answered_with(answer=True)
    undone = decided.undoable(OPENED + HOUR).undone("UBOB")
    assert [each.by.id for each in undone.votes_on(0).votes] == ["UANN"]
    assert (undone.votes, undone.answer, undone.undo_until) == ((None,), None, None)


def test_undoing_leaves_the_rows_that_somebody_else_decided() -> None:
    decided = an_approval(rows=2).with_votes({0: vote("UANN"), 1: vote("UBOB")}).undoable(OPENED + HOUR)
    undone = decided.undone("UBOB")
    assert undone.votes == (vote("UANN"), None)
    assert undone.open_rows == (1,)


def test_a_vote_that_is_taken_back_leaves_those_on_other_rows() -> None:
    rows = {at: an_approval().votes_on(0).cast(vote("UANN")).cast(vote("UBOB")) for at in range(2)}
    voted = an_approval(rows=2).with_row_votes(rows, {})
    left = voted.with_vote_withdrawn(1, voted.votes_on(1).withdraw("UANN"))
    assert [[each.by.id for each in left.votes_on(at).votes] for at in range(2)] == [
        ["UANN", "UBOB"],
        ["UBOB"],
    ]
    assert (left.status, left.version) == (Status.PENDING, voted.version + 1)


def test_the_state_is_read_again_only_where_it_was_offered() -> None:
    decided = an_approval(state={"values": {"n": 1}}).with_votes({0: vote("UBOB")})
    assert decided.reopened("no", OPENED, {"values": {"n": 2}}).state == {"values": {"n": 2}}
    without = an_approval().with_votes({0: vote("UBOB")})
    assert without.reopened("no", OPENED, {"values": {"n": 2}}).state is None
