"""Taking one's own vote back while the row is open, without a database."""

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.errors import NotPending
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.policy.voting.row_votes import NothingToWithdraw
from countersign.flow.decisions.withdraw_vote import WithdrawVote
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from tests.approvals.policy.policies import NOW, a_rule, person, vote
from tests.approvals.test_record import an_approval
from tests.flow.decisions.approvals_in_memory import ApprovalsInMemory
from tests.flow.decisions.deciding import Deciding
from tests.support.fakes.fake_directory import FakeDirectory

BOB, CAROL = person("UBOB"), person("UCAROL")


async def half_decided() -> Approval:
    """Two have to approve it, and Bob did."""
    return await Deciding("quorum = 2").votes(BOB)


def withdrawing(approval: Approval) -> tuple[ApprovalsInMemory, WithdrawVote]:
    held = ApprovalsInMemory(approval)
    return held, WithdrawVote(held.store, Voting(CurrentPolicy(), FakeDirectory(), lambda: NOW))


async def test_whoever_voted_takes_it_back_and_the_row_waits_for_two_again() -> None:
    approval = await half_decided()
    held, withdraw = withdrawing(approval)
    after = (await withdraw(approval.id, 0, "C1", BOB)).approval
    assert (after.status, after.votes_on(0).votes) == (Status.PENDING, ())
    (change,) = held.changes
    assert (change.event, change.by, change.detail) == (Event.VOTE_WITHDRAWN, BOB, {"row": 0})


async def test_whoever_did_not_vote_has_nothing_to_take_back() -> None:
    approval = await half_decided()
    held, withdraw = withdrawing(approval)
    with pytest.raises(NothingToWithdraw):
        await withdraw(approval.id, 0, "C1", CAROL)
    assert held.changes == []


async def test_a_row_that_is_not_there_or_decided_is_not_pending() -> None:
    approval = await half_decided()
    _, withdraw = withdrawing(approval)
    for row in (1, 2):
        with pytest.raises(NotPending):
            await withdraw(approval.id, row, "C1", BOB)
    closed = an_approval(a_rule("")).with_votes({0: vote("UBOB")})
    _, withdraw = withdrawing(closed)
    with pytest.raises(NotPending):
        await withdraw(closed.id, 0, "C1", BOB)
