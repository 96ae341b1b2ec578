"""Votes as they stand, held against a model that remembers what everybody did last."""

from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.voting.row_votes import NothingToWithdraw, RowVotes
from tests.approvals.policy.policies import vote

USERS = st.sampled_from(["UANN", "UBOB", "UCID"])
VALUES = st.sampled_from([{"amount": 1}, {"amount": 2}, {"amount": True}])


@dataclass
class Model:
    """What each person last did, and what it was about: a number that grows with every new proposal."""

    subject: int = 0
    proposed: object = None  # (kind, value) of what is proposed
    proposer: str | None = None
    did: dict[str, tuple[str, int]] = field(default_factory=dict)

    def standing(self) -> dict[str, str]:
        return {user: kind for user, (kind, subject) in self.did.items() if subject == self.subject}


class VotesBesideAModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.row = RowVotes()
        self.model = Model()

    @rule(user=USERS, kind=st.sampled_from([DecisionKind.APPROVE, DecisionKind.REJECT]))
    def votes(self, user: str, kind: DecisionKind) -> None:
        self.row = self.row.cast(vote(user, kind))
        self._did(user, kind.value)

    @rule(user=USERS, kind=st.sampled_from([DecisionKind.EDIT, DecisionKind.RESPOND]), value=VALUES)
    def proposes(self, user: str, kind: DecisionKind, value: dict[str, int]) -> None:
        self.row = self.row.cast(vote(user, kind, value=value))
        content = (kind, repr(value))
        if self.model.proposed != content:
            self.model.subject += 1
            self.model.proposed = content
            self.model.proposer = user
        self._did(user, kind.value)

    @rule(user=USERS)
    def withdraws(self, user: str) -> None:
        model = self.model
        if user not in model.standing() and user != model.proposer:
            with pytest.raises(NothingToWithdraw):
                self.row.withdraw(user)
            return
        self.row = self.row.withdraw(user)
        model.did.pop(user, None)
        if user == model.proposer:
            others = [who for who, kind in self._in_order() if kind in {"edit", "respond"}]
            if others:
                model.proposer = others[0]
            else:
                model.subject += 1
                model.proposed = model.proposer = None

    def _did(self, user: str, kind: str) -> None:
        self.model.did.pop(user, None)
        self.model.did[user] = (kind, self.model.subject)

    def _in_order(self) -> list[tuple[str, str]]:
        return list(self.model.standing().items())

    @invariant()
    def the_same_votes_stand(self) -> None:
        assert [(each.by.id, each.decision.kind.value) for each in self.row.votes] == self._in_order()

    @invariant()
    def the_same_is_proposed_by_the_same_person(self) -> None:
        proposal = self.row.proposal
        content = proposal and (proposal.decision.kind, repr(proposal.decision.value))
        assert (content, proposal and proposal.by.id) == (self.model.proposed, self.model.proposer)


TestVotesBesideAModel = VotesBesideAModel.TestCase


def test_an_edit_clears_the_votes_for_the_old_arguments_rejections_too() -> None:
    row = RowVotes().cast(vote("UANN")).cast(vote("UBOB", DecisionKind.REJECT))
    edited = row.cast(vote("UCID", DecisionKind.EDIT, value={"amount": 1}))
    assert [each.by.id for each in edited.votes] == ["UCID"]
    assert edited.editor == "UCID"


def test_the_same_edit_again_agrees_with_the_first() -> None:
    row = RowVotes().cast(vote("UANN", DecisionKind.EDIT, value={"amount": 1}, message="typo"))
    row = row.cast(vote("UBOB", DecisionKind.EDIT, value={"amount": 1}, message="the same"))
    assert ([each.by.id for each in row.votes], row.editor) == (["UANN", "UBOB"], "UANN")


def test_an_answer_is_proposed_but_is_no_edit() -> None:
    row = RowVotes().cast(vote("UANN", DecisionKind.RESPOND, message="no need"))
    assert row.proposal is not None
    assert row.editor is None


def test_true_is_not_the_number_one() -> None:
    row = RowVotes().cast(vote("UANN", DecisionKind.EDIT, value={"amount": 1}))
    assert row.cast(vote("UBOB", DecisionKind.EDIT, value={"amount": True})).editor == "UBOB"
