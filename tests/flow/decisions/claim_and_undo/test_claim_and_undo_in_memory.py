"""Taking a card in hand, passing it on and taking a decision back, without a database."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.claim import Claim
from countersign.approvals.errors import MayNotDecide, NotPending
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Standing
from countersign.flow.decisions.claim import ClaimApproval, NotClaimable
from countersign.flow.decisions.refer import NothingToPassOn, ReferApproval
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.interrupts import FormValidationError
from tests.approvals.policy.policies import a_rule, person, vote
from tests.approvals.test_record import OPENED, an_approval
from tests.flow.decisions.approvals_in_memory import ApprovalsInMemory
from tests.support.fakes.fake_directory import FakeDirectory

BOB, CAROL, DAVE = person("UBOB"), person("UCAROL"), person("UDAVE")
FINANCE = 'approvers = [{group = "@finance"}]\n'
SOON = OPENED + timedelta(seconds=30)


class Card:
    """A card, and what people do with it."""

    def __init__(self, approval: Approval) -> None:
        self.id = approval.id
        self.held = ApprovalsInMemory(approval)
        self.now = OPENED
        directory = FakeDirectory(groups={"@finance": {"UBOB", "UCAROL"}})
        voting = Voting(CurrentPolicy(), directory, self.clock)
        self.claim = ClaimApproval(self.held.store, voting, self.clock)
        self.refer = ReferApproval(self.held.store, voting, self.clock)
        self.undo = UndoDecision(self.held.store, voting, self.clock)

    def clock(self) -> datetime:
        return self.now

    @property
    def events(self) -> list[Event]:
        return [change.event for change in self.held.changes]


def under(keys: str = FINANCE) -> Card:
    return Card(an_approval(a_rule(keys)))


# --- claiming


async def test_who_may_decide_takes_it_in_hand_and_out_of_it() -> None:
    card = under()
    claimed = (await card.claim(card.id, "C1", BOB)).approval.claim
    assert claimed is not None
    assert claimed.by == BOB
    taken = (await card.claim(card.id, "C1", CAROL)).approval.claim
    assert taken is not None
    assert taken.by == CAROL
    assert (await card.claim(card.id, "C1", CAROL)).approval.claim is None
    assert card.events == [Event.CLAIMED, Event.CLAIMED, Event.RELEASED]


async def test_who_may_not_decide_takes_nothing_in_hand() -> None:
    card = under()
    with pytest.raises(MayNotDecide):
        await card.claim(card.id, "C1", DAVE)
    any_member = Card(an_approval())
    with pytest.raises(NotClaimable):
        await any_member.claim(any_member.id, "C1", BOB)


async def test_a_closed_card_is_not_released_either() -> None:
    closed = an_approval(a_rule(FINANCE)).with_votes({0: vote("UCAROL")})
    card = Card(replace(closed, claim=Claim(by=BOB, at=OPENED)))
    with pytest.raises(NotPending):
        await card.claim(card.id, "C1", BOB)


# --- passing on


async def test_a_note_has_at_most_500_characters_and_no_blanks_around_it() -> None:
    card = under()
    review, message = await card.refer(card.id, "C1", BOB, CAROL, f"  {'x' * 501} ")
    (referral,) = review.approval.referrals
    assert (referral.note, referral.to, referral.by) == ("x" * 500, CAROL, BOB)
    assert (message.channel, len(card.held.posted)) == ("UCAROL", 1)
    assert card.held.changes[0].detail == {"to": "UCAROL", "name": "Carol", "note": "x" * 500}


async def test_an_empty_note_is_none() -> None:
    card = under()
    await card.refer(card.id, "C1", BOB, CAROL, "  ")
    assert card.held.changes[0].detail == {"to": "UCAROL", "name": "Carol", "note": None}


@pytest.mark.parametrize(("to", "why"), [(BOB, "That's you"), (DAVE, "Dave can't decide this")])
async def test_nobody_is_asked_who_could_not_decide_it(to: object, why: str) -> None:
    card = under()
    with pytest.raises(FormValidationError, match=why):
        await card.refer(card.id, "C1", BOB, to, "")  # type: ignore[arg-type]  # a person of the list
    assert card.held.changes == []


async def test_who_may_not_decide_passes_nothing_on() -> None:
    card = under()
    with pytest.raises(MayNotDecide):
        await card.refer(card.id, "C1", DAVE, CAROL, "")
    any_member = Card(an_approval())
    with pytest.raises(NothingToPassOn):
        await any_member.refer(any_member.id, "C1", BOB, CAROL, "")


# --- undoing


def undoable(keys: str = FINANCE) -> Card:
    decided = an_approval(a_rule(keys)).with_votes({0: vote("UBOB")}).answered_with(True)
    return Card(decided.undoable(SOON))


async def test_who_decided_takes_it_back_until_its_time_is_over() -> None:
    card = undoable()
    card.now = SOON - timedelta(seconds=1)
    after = (await card.undo(card.id, "C1", BOB)).approval
    assert (after.status, after.votes, after.votes_on(0).votes) == (Status.PENDING, (None,), ())
    assert card.events == [Event.UNDONE]
    late = undoable()
    late.now = SOON
    with pytest.raises(NotPending):
        await late.undo(late.id, "C1", BOB)


async def test_of_a_card_with_several_rows_only_what_they_decided_waits_again() -> None:
    rule = a_rule(FINANCE)
    decided = an_approval(rule, rule).with_votes({0: vote("UBOB"), 1: vote("UCAROL")}).answered_with(True)
    card = Card(decided.undoable(SOON))
    after = (await card.undo(card.id, "C1", BOB)).approval
    assert [each and each.by.id for each in after.votes] == [None, "UCAROL"]
    assert card.held.changes[0].detail == {"rows": [0]}


async def test_whoever_may_not_decide_any_more_takes_nothing_back() -> None:
    card = undoable()
    with pytest.raises(MayNotDecide, match="Guests"):
        await card.undo(card.id, "C1", replace(BOB, standing=Standing.GUEST))
    assert card.held.changes == []
