"""The current votes on one row of an approval: one per person, all for the same proposal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Person
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.votes.vote import Vote


class NothingToWithdraw(CountersignError):
    """You have no vote here to take back."""


@dataclass(frozen=True, kw_only=True)
class RowVotes:
    """`proposal` is the edit or the answer that approvals are for; None: the action as it was asked.

    An edit or an answer is a proposal, and a vote for it. Votes for what was
    proposed before are cleared, rejections too: they were about something else.
    """

    votes: tuple[Vote, ...] = ()  # oldest first
    proposal: Vote | None = None
    # For display, from the last count: what was missing, and whose vote did not count. Their
    # votes count again once they may decide again.
    needed: tuple[MissingApprovals, ...] = ()
    uncounted: frozenset[str] = frozenset()

    @property
    def editor(self) -> str | None:
        """Who last edited the arguments or the state, if what is proposed is an edit."""
        edited = self.proposal is not None and self.proposal.decision.edits
        return self.proposal.by.id if edited and self.proposal else None

    def is_approval(self, vote: Vote, rule: Rule) -> bool:
        """Whether it approves what is proposed. An edit does, unless whoever edits may not decide."""
        if vote.decision.kind is DecisionKind.REJECT:
            return False
        return rule.requester_may_decide or not (vote.decision.edits and vote.by.id == self.editor)

    def of(self, user_id: str) -> Vote | None:
        return next((vote for vote in self.votes if vote.by.id == user_id), None)

    def cast(self, vote: Vote) -> "RowVotes":
        """With this vote, instead of the person's earlier one."""
        if vote.decision.proposes and not self._proposes(vote.decision):
            return RowVotes(votes=(vote,), proposal=vote)
        others = tuple(other for other in self.votes if other.by.id != vote.by.id)
        return replace(self, votes=(*others, vote))

    def withdraw(self, user_id: str) -> "RowVotes":
        """Without this person's vote, and without what they proposed unless somebody else proposed the same.

        Votes for a proposal go with it. Raises NothingToWithdraw.
        """
        proposed = self.proposal is not None and self.proposal.by.id == user_id
        if self.of(user_id) is None and not proposed:
            raise NothingToWithdraw
        others = tuple(vote for vote in self.votes if vote.by.id != user_id)
        if not proposed:
            return replace(self, votes=others)
        same = next((vote for vote in others if vote.decision.proposes), None)
        return replace(self, votes=others, proposal=same) if same else RowVotes()

    def on_behalf_of(self, delegators: Mapping[str, Person]) -> "RowVotes":
        """The same, each vote marked with the person for whom it counts, given by voter."""

        def marked(vote: Vote) -> Vote:
            return replace(vote, on_behalf_of=delegators.get(vote.by.id))

        proposal = marked(self.proposal) if self.proposal is not None else None
        return replace(self, votes=tuple(map(marked, self.votes)), proposal=proposal)

    def _proposes(self, decision: Decision) -> bool:
        return self.proposal is not None and _content(self.proposal.decision) == _content(decision)


def _content(decision: Decision) -> tuple[object, ...]:
    """What an edit or an answer says. The message of an edit is its reason, which is not part of it."""
    message = decision.message if decision.kind is DecisionKind.RESPOND else None
    state = json.dumps(decision.state, sort_keys=True)
    value = json.dumps(decision.value, sort_keys=True)
    return decision.kind, value, decision.verbatim, message, state
