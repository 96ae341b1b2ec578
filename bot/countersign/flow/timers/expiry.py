"""The decision on a row that expired without enough votes: pure functions of the rule and the votes."""

from datetime import datetime

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.rule import OnExpiry, Rule
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.recorded_reasons import not_decided_by
from countersign.interrupts import ReviewRequest, ReviewRow, check_decision, run_cancellation


def expiry_decision(
    request: ReviewRequest, at: int, rule: Rule, votes: RowVotes, deadline: datetime, *, frozen: bool
) -> Decision | None:
    """What `on_expiry` makes of row `at`; None: it stays open, because nothing fits that is surely a no.

    `request` is the question without the rule's limits on what people may decide. `frozen`: a freeze lasts,
    in which no approval counts.
    """
    row = request.rows[at]
    expired = not_decided_by(deadline, voted=bool(votes.votes)).source
    match rule.timers.at_expiry:
        case OnExpiry.KEEP:
            return None
        case OnExpiry.APPROVE if frozen:
            return None
        case OnExpiry.APPROVE if _unopposed(votes):
            wanted = [Decision(kind=DecisionKind.APPROVE)]
        case OnExpiry.RESPOND:
            text = rule.timers.expiry_response or expired
            wanted = [*_response(row, text), *_rejections(request, row, text)]
        case _:
            wanted = _rejections(request, row, f"Expired: {_uncapitalised(expired)}")
    return next((decision for decision in wanted if _fits(request, at, decision)), None)


def _unopposed(votes: RowVotes) -> bool:
    """Whether nobody rejected it, and nobody proposed something else that would have to be agreed on."""
    rejected = any(vote.decision.kind is DecisionKind.REJECT for vote in votes.votes)
    return not rejected and votes.proposal is None


def _response(row: ReviewRow, text: str) -> list[Decision]:
    """The words as this row's answer, as a reply in the thread would give them."""
    form = row.forms.get(DecisionKind.RESPOND)
    if form is None or form.only_field is None:
        return []
    try:
        return [row.decide(DecisionKind.RESPOND, {form.only_field.pointer: text})]
    except CountersignError:
        return []


def _rejections(request: ReviewRequest, row: ReviewRow, message: str) -> list[Decision]:
    """A rejection; where the graph takes none, its run is cancelled, unless other rows wait for their own."""
    rejection = row.effective(Decision(kind=DecisionKind.REJECT, message=message))
    return [rejection, run_cancellation(message)] if len(request.rows) == 1 else [rejection]


def _fits(request: ReviewRequest, at: int, decision: Decision) -> bool:
    try:
        check_decision(request, at, decision)
    except CountersignError:
        return False
    return True


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
