"""Notices about a use of `break_glass`: to the thread, and to the approvers who have to review it."""

from datetime import datetime

from countersign.approvals.person import Person
from countersign.approvals.recorded_reasons import recorded_reason
from countersign.approvals.votes.break_glass import GlassBreak
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, note
from countersign.flow.notices.direct_messages import NoticeReason
from countersign.flow.policy.audience import Audience
from countersign.flow.review import Review
from countersign.i18n import lazy_text, sentences

_REASON_LIMIT = 500  # characters


async def glass_broken(review: Review, use: GlassBreak, audience: Audience) -> tuple[Outgoing, ...]:
    """To the thread and the approvers, at once, even while it can be undone."""
    text = lazy_text(
        ":rotating_light: Break glass: {person} decided “{title}” alone. "
        "An approver has to review it: `/approvals review`. Reason: {reason}",
        person=use.by.name,
        title=review.shown.title,
        reason=recorded_reason(_on_one_line(use.reason)),
    )
    told = note(review.thread, f"break-glass:{use.id}", text)
    return (told, *await reviewers_told(review, use, audience, NoticeReason.BROKE_GLASS, use.at))


async def reviewers_told(
    review: Review, use: GlassBreak, audience: Audience, why: NoticeReason, at: datetime
) -> tuple[Outgoing, ...]:
    """A direct message to each approver of the rule except the person who broke the glass, once per `at`."""
    approval = review.approval
    rule = approval.rule(use.row)
    users = await audience.members(approval, rule, rule.approvers)
    return tuple(
        Outgoing(
            key=f"{why}:{use.id}:{int(at.timestamp())}:{user}",
            kind=OutgoingKind.DIRECT,
            team=review.thread.team,
            channel=user,
            thread_ts=None,
            body={"why": why.value},
            approval_id=approval.id,
        )
        for user in users
        if user != use.by.id
    )


def reviewed_note(review: Review, use: GlassBreak, by: Person, words: str) -> Outgoing:
    reviewed = lazy_text(
        "Break glass of “{title}” reviewed by {person}.", title=review.shown.title, person=by.name
    )
    return note(review.thread, f"break-glass-reviewed:{use.id}", sentences(reviewed, _on_one_line(words)))


def _on_one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _REASON_LIMIT else f"{line[: _REASON_LIMIT - 1]}…"
