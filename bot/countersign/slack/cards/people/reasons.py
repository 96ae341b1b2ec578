"""The reasons for a decision, with names where several people decided."""

from dataclasses import dataclass

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.votes.counted_votes import GivenReason, counted_votes, given_reasons
from countersign.approvals.votes.vote import Vote
from countersign.i18n import _


@dataclass(frozen=True, kw_only=True)
class LabelledReason:
    """Plain text, not escaped."""

    label: str
    text: str


def labelled_reasons(approval: Approval, row: int, decided: Vote) -> tuple[LabelledReason, ...]:
    """Without the reason for break glass, which has a line of its own."""
    given = given_reasons(approval, row, decided)
    voters = {each.by.id for each in counted_votes(approval, row, decided)}
    only = next(iter(voters)) if len(voters) == len(given) == 1 else None
    return tuple(
        LabelledReason(label=_label(each, decided, only), text=each.text)
        for each in given
        if not (decided.broke_glass and each.vote.by.id == decided.by.id)
    )


def _label(given: GivenReason, decided: Vote, only: str | None) -> str:
    person = given.vote.by.label
    if given.against and decided.decision.kind is DecisionKind.REJECT:
        return _("{person} was for it").format(person=person)
    if given.against:
        return _("{person} was against it").format(person=person)
    if given.vote.by.id == only:
        return _("Reason")
    return _("Reason of {person}").format(person=person)
