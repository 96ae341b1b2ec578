"""Who may undo a decision: whoever made it. Nobody undoes the rejection of another."""

from collections.abc import AsyncIterator

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import AlreadyVoted, MayNotDecide
from countersign.approvals.lifecycle import Status
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.voting.row_votes import NothingToWithdraw
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.policy.voting import Voting
from tests.flow.graphs.prepared_graphs import by_dialect_prepared
from tests.support.harness import CHANNEL, Harness, now, open_harness
from tests.support.under_policy import REQUESTER, card_under

APPROVE, EDIT, REJECT = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT
RULE = '[[rule]]\nname = "r"\nundo = 30\n'


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, by_dialect_prepared()) as opened:
        yield opened


async def undo(harness: Harness, card: Approval, user: str) -> Approval:
    undo_decision = UndoDecision(harness.threads, Voting(harness.policy, harness.directory, now), now)
    return (await undo_decision(card.id, CHANNEL, await harness.slack.person(user))).approval


async def status(harness: Harness, card: Approval) -> Status:
    review = await harness.threads.approval(card.id)
    assert review is not None
    return review.approval.status


async def test_an_approver_cannot_undo_anothers_rejection(harness: Harness) -> None:
    thread, card = await card_under(harness, RULE + "quorum = 2\n")
    await harness.vote(card, APPROVE, user="UCAROL")
    await harness.vote(await harness.the_card(thread), REJECT, user="UBOB")

    with pytest.raises(NothingToWithdraw, match="whoever made this decision"):
        await undo(harness, card, "UCAROL")

    assert await status(harness, card) is Status.DECIDED
    assert await harness.ledger(thread) == ["opened", "voted", "decided"]


async def test_whoever_undid_their_rejection_can_reject_again(harness: Harness) -> None:
    thread, card = await card_under(harness, RULE + "quorum = 2\n")
    await harness.vote(card, APPROVE, user="UCAROL")
    await harness.vote(await harness.the_card(thread), REJECT, user="UBOB")

    undone = await undo(harness, card, "UBOB")
    assert [vote.by.id for vote in undone.votes_on(0).votes] == ["UCAROL"]

    again = await harness.vote(undone, REJECT, user="UBOB")
    assert again.status is Status.DECIDED


async def test_an_earlier_rejection_does_not_undo_the_one_that_decided(harness: Harness) -> None:
    thread, card = await card_under(harness, RULE + "rejections = 2\n")
    await harness.vote(card, REJECT, user="UCAROL")
    await harness.vote(await harness.the_card(thread), REJECT, user="UBOB")

    with pytest.raises(NothingToWithdraw):
        await undo(harness, card, "UCAROL")

    undone = await undo(harness, card, "UBOB")
    assert [vote.by.id for vote in undone.votes_on(0).votes] == ["UCAROL"]


async def test_a_requester_undoes_no_rejection(harness: Harness) -> None:
    _, card = await card_under(harness, RULE)
    await harness.vote(card, REJECT, user=REQUESTER)

    with pytest.raises(NothingToWithdraw, match="can't undo its rejection"):
        await undo(harness, card, REQUESTER)

    assert await status(harness, card) is Status.DECIDED


async def test_a_requester_who_approved_may_undo_that(harness: Harness) -> None:
    _, card = await card_under(harness, RULE)
    await harness.vote(card, APPROVE, user=REQUESTER)

    assert (await undo(harness, card, REQUESTER)).status is Status.PENDING


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.OUTSIDE, Standing.GONE, Standing.BOT])
async def test_whoever_may_decide_no_more_undoes_nothing(harness: Harness, standing: Standing) -> None:
    _, card = await card_under(harness, RULE)
    await harness.vote(card, REJECT, user="UBOB")
    undo_decision = UndoDecision(harness.threads, Voting(harness.policy, harness.directory, now), now)

    with pytest.raises(MayNotDecide):
        await undo_decision(card.id, CHANNEL, Person(id="UBOB", name="bob", standing=standing))

    assert await status(harness, card) is Status.DECIDED


async def test_undo_reopens_only_the_rows_that_this_person_decided(harness: Harness) -> None:
    thread, card = await card_under(harness, RULE, text="two: go")
    await harness.vote(card, REJECT, user="UBOB", row=0)
    await harness.vote(await harness.the_card(thread), APPROVE, user="UCAROL", row=1)

    undone = await undo(harness, card, "UCAROL")

    assert undone.open_rows == (1,)


async def test_a_repeated_vote_decides_once_the_missing_approver_is_back(harness: Harness) -> None:
    """What came between is no vote: bob repeats his, and is not told that it counts already."""
    thread, card = await card_under(harness, RULE + "quorum = 2\n")
    await harness.vote(card, APPROVE, user="UCAROL")
    harness.directory.deactivated = {"UCAROL"}
    await harness.vote(await harness.the_card(thread), APPROVE, user="UBOB")
    with pytest.raises(AlreadyVoted):
        await harness.vote(await harness.the_card(thread), APPROVE, user="UBOB")

    harness.directory.deactivated = set()
    decided = await harness.vote(await harness.the_card(thread), APPROVE, user="UBOB")

    assert decided.status is Status.DECIDED
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == []
