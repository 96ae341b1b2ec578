"""One use of `break_glass`: somebody decided alone. It is listed until an approver has reviewed it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from countersign.approvals.errors import CountersignError, MayNotDecide
from countersign.approvals.person import Person
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.eligibility import check_may_decide
from countersign.i18n import TextList, lazy_text


class NoSuchReview(CountersignError):
    """This was reviewed already, or the decision was undone."""


@dataclass(frozen=True, kw_only=True)
class GlassBreak:
    id: UUID
    approval_id: UUID
    row: int
    rule: str  # its name
    by: Person
    reason: str
    at: datetime


def check_may_review(use: GlassBreak, context: VotingContext, person: Person) -> None:
    """Raise MayNotDecide, with the reason, unless this person may review it: an approver of the rule, now.

    Not the person who broke the glass, nor people whom the rule shuts out, nor delegates.
    """
    check_may_decide(person)
    if person.id == use.by.id:
        raise MayNotDecide(lazy_text("You broke the glass yourself, so somebody else has to review it."))
    if context.is_shut_out(RowVotes(), person.id):
        raise MayNotDecide(lazy_text("You asked for this, so somebody else has to review it."))
    if not context.is_approver(person.id):
        sources = dict.fromkeys(str(each.source) for each in context.rule.approvers)
        raise MayNotDecide(lazy_text("Only {sources} can review this.", sources=TextList(tuple(sources))))
