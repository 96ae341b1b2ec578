"""Who may open and make a decision, and what is kept of it, without a database."""

from datetime import timedelta
from uuid import uuid4

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import (
    AlreadyVoted,
    Expired,
    MayNotDecide,
    NotPending,
    QuestionChanged,
)
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.grants import NoGrantOffered
from countersign.approvals.votes.vote import Vote
from countersign.flow.errors import Conflict
from countersign.flow.review import Review
from tests.approvals.policy.policies import person
from tests.approvals.test_record import OPENED
from tests.flow.decisions.deciding import FINANCE, YES, Deciding

NO = DecisionKind.REJECT
BOB, CAROL, GUEST = person("UBOB"), person("UCAROL"), person("UGUEST", Standing.GUEST)


async def test_whoever_may_decide_gets_the_approval() -> None:
    deciding = Deciding(FINANCE)
    assert (await deciding.opens(BOB)).approval == deciding.approval
    assert (await deciding.opens(BOB, YES)).approval == deciding.approval
    assert deciding.refusals.kept == []


@pytest.mark.parametrize("kind", [None, YES])
async def test_a_guest_opens_nothing_and_it_is_kept(kind: DecisionKind | None) -> None:
    deciding = Deciding()
    with pytest.raises(MayNotDecide, match="Guests"):
        await deciding.opens(GUEST, kind)
    (kept,) = deciding.refusals.kept
    assert (kept["by"], kept["detail"]["kind"]) == (GUEST, kind.value if kind else None)


async def test_whoever_is_no_approver_is_refused_once_it_is_known_what_they_want() -> None:
    deciding = Deciding(FINANCE)
    with pytest.raises(MayNotDecide, match="@finance"):
        await deciding.opens(person("UDAVE"), YES)
    await deciding.opens(person("UDAVE"))


async def test_what_is_closed_or_asked_anew_or_late_is_not_opened() -> None:
    deciding = Deciding('expire_after = "1h"')
    with pytest.raises(QuestionChanged):
        await deciding.opens(BOB, digest="another")
    with pytest.raises(NotPending):
        await deciding.opens(BOB, channel="C2")
    deciding.now = OPENED + timedelta(hours=1)
    with pytest.raises(Expired):
        await deciding.opens(BOB)
    deciding.approvals.approvals.clear()
    with pytest.raises(NotPending, match="deleted after its retention period"):
        await deciding.opens(BOB)


@pytest.mark.parametrize(("who", "may"), [(BOB, True), (person("UDAVE"), False)])
async def test_to_whom_a_decision_is_offered_and_no_refusal_is_kept(who: Person, may: bool) -> None:
    deciding = Deciding(FINANCE)
    assert await deciding.decide.may_decide(Review(deciding.approval), 0, who, YES) is may
    assert deciding.refusals.kept == []


@pytest.mark.parametrize(("reason", "required"), [('"always"', True), ('"never"', False)])
async def test_whether_a_reason_is_asked_for(reason: str, required: bool) -> None:
    deciding = Deciding(f"reason = {reason}")
    assert await deciding.decide.reason_required(deciding.approval, 0, BOB, YES) is required


async def test_an_approval_is_saved_with_how_it_was_given_and_is_announced() -> None:
    deciding = Deciding()
    after = await deciding.votes(BOB, reason="fine", message="message:1", via="reply")
    assert (after.status, after.votes[0] and after.votes[0].by) == (Status.DECIDED, BOB)
    (change,) = deciding.approvals.changes
    assert (change.event, change.by, change.after) == (Event.DECIDED, BOB, after)
    assert isinstance(change.detail, dict)
    assert (change.detail["via"], change.detail["message"]) == ("reply", "message:1")
    assert change.detail["rows"] == {"0": {"kind": "approve", "message": "fine", "value": None}}
    assert len(deciding.approvals.posted) == 1


async def test_by_a_button_no_message_is_named() -> None:
    deciding = Deciding()
    await deciding.votes(BOB)
    assert deciding.approvals.changes[0].detail is not None
    assert "message" not in deciding.approvals.changes[0].detail  # type: ignore[operator]  # a mapping


async def test_the_graph_gets_no_reason_of_an_approval_but_that_of_a_rejection() -> None:
    approved = await Deciding().votes(BOB, reason="looks fine")
    assert "looks fine" not in str(approved.answer)
    rejected = await Deciding().votes(BOB, NO, reason="no budget")
    assert "no budget" in str(rejected.answer)


async def test_half_of_the_votes_decide_nothing_and_announce_nothing() -> None:
    deciding = Deciding("quorum = 2")
    after = await deciding.votes(BOB)
    assert (after.status, after.votes) == (Status.PENDING, (None,))
    assert deciding.approvals.changes[0].event is Event.VOTED
    assert deciding.approvals.posted == []
    assert (await deciding.votes(CAROL)).status is Status.DECIDED


async def test_the_same_vote_again_is_told_and_another_one_counts() -> None:
    deciding = Deciding("quorum = 2")
    await deciding.votes(BOB)
    with pytest.raises(AlreadyVoted):
        await deciding.votes(BOB)
    assert (await deciding.votes(BOB, NO)).status is Status.DECIDED


async def test_a_decision_that_can_be_undone_is_announced_when_it_cannot_any_more() -> None:
    deciding = Deciding('undo = "30s"')
    after = await deciding.votes(BOB)
    assert after.undo_until == OPENED + timedelta(seconds=30)
    assert deciding.approvals.posted == []


@pytest.mark.parametrize("who", [GUEST, person("UDAVE")])
async def test_who_may_not_decide_changes_nothing_and_it_is_kept(who: Person) -> None:
    deciding = Deciding(FINANCE)
    with pytest.raises(MayNotDecide):
        await deciding.votes(who)
    assert [kept["by"] for kept in deciding.refusals.kept] == [who]
    assert deciding.approvals.changes == []


async def test_a_decision_on_another_question_or_too_late_changes_nothing() -> None:
    deciding = Deciding('expire_after = "1h"')
    with pytest.raises(QuestionChanged):
        await deciding.votes(BOB, digest="another")
    deciding.now = OPENED + timedelta(hours=1)
    with pytest.raises(Expired):
        await deciding.votes(BOB)
    assert deciding.approvals.changes == []


# --- somebody else was first


async def test_whoever_comes_second_hears_what_the_first_decided() -> None:
    deciding = Deciding()
    deciding.approvals.conflicts = 1
    by_carol = Vote(decision=Decision(kind=YES), by=CAROL, at=OPENED)
    decided = deciding.approval.with_votes({0: by_carol})
    deciding.approvals.meanwhile = lambda: deciding.approvals.approvals.update({decided.id: decided})
    with pytest.raises(NotPending, match="approved by Carol already"):
        await deciding.votes(BOB)


async def test_if_the_rows_are_open_still_the_conflict_is_for_the_caller_to_try_again() -> None:
    deciding = Deciding()
    deciding.approvals.conflicts = 1
    with pytest.raises(Conflict):
        await deciding.votes(BOB)


async def test_an_approval_that_was_deleted_meanwhile_is_not_pending() -> None:
    deciding = Deciding()
    deciding.approvals.conflicts = 1
    deciding.approvals.meanwhile = deciding.approvals.approvals.clear
    with pytest.raises(NotPending):
        await deciding.votes(BOB)


async def test_no_grant_is_given_where_nobody_can_give_one() -> None:
    with pytest.raises(NoGrantOffered):
        await Deciding().votes(BOB, grant=True)
    assert (await Deciding().votes(BOB)).status is Status.DECIDED


async def test_an_unknown_approval_is_not_pending() -> None:
    with pytest.raises(NotPending):
        await Deciding().votes(BOB, approval_id=uuid4())
