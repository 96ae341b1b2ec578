"""Messages that show an approval besides its card: direct messages, and pointers to a card elsewhere."""

from collections.abc import Mapping
from typing import Any

from countersign.approvals.approval import Approval
from countersign.approvals.lifecycle import Outcome, Phase
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.notices.direct_messages import NoticeReason
from countersign.flow.review import Review
from countersign.i18n import N_, TextList, _, for_everyone
from countersign.interrupts import single_line
from countersign.slack.block_kit.builders import Block, RenderedMessage, context_block, section
from countersign.slack.block_kit.escaping import escape, truncate_escaped
from countersign.slack.block_kit.formatting import user_mention
from countersign.slack.cards.break_glass import break_glass_reasons
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.buttons.whole_card_buttons import cancel_blocks
from countersign.slack.cards.people.request_line import request_text
from countersign.slack.cards.people.voters import voter_mention
from countersign.slack.cards.values.payload import short_line

_TITLE_LIMIT = 300
_MAX_VALUES = 4
_REASON_LIMIT = 1000
_LEAD = {
    NoticeReason.ASKED: N_("Your approval is needed"),
    NoticeReason.REMINDED: N_("Reminder: your approval is still needed"),
    NoticeReason.REFERRED: N_("You were asked to decide"),
    NoticeReason.ESCALATED: N_("Escalated to you: nobody has decided this yet"),
}
_OUTCOME = {
    Outcome.APPROVED: N_(":white_check_mark: *Approved*"),
    Outcome.REJECTED: N_(":no_entry: *Rejected*"),
    Outcome.EXPIRED: N_(":hourglass: *Expired*"),
    Outcome.CANCELLED: N_(":no_entry_sign: *Cancelled*"),
    Outcome.WITHDRAWN: N_(":leftwards_arrow_with_hook: *Withdrawn*"),
}


def render_approval_message(
    kind: OutgoingKind, body: Mapping[str, Any], review: Review, link: str
) -> RenderedMessage:
    """Render the approval's current state; `link` leads to its card, or its thread.

    A direct message is in the current reader's language, any other in the workspace's.
    """
    render = _render if kind is OutgoingKind.DIRECT else for_everyone(_render)
    return render(kind, body, review, link)


def _render(kind: OutgoingKind, body: Mapping[str, Any], review: Review, link: str) -> RenderedMessage:
    title = truncate_escaped(review.shown.title, _TITLE_LIMIT)
    why = body.get("why")
    if kind is OutgoingKind.DIRECT and why in (NoticeReason.BROKE_GLASS.value, NoticeReason.REVIEW_DUE.value):
        return _broke_glass(review, title, link, reminder=why == NoticeReason.REVIEW_DUE.value)
    if review.approval.phase is not Phase.OPEN:
        return _closed(review, title, link)
    if kind is OutgoingKind.POINTER and review.approval.posted_to is None:
        return RenderedMessage(
            text=title, blocks=[section(_("*{title}* is decided in this thread.").format(title=title))]
        )
    if kind is OutgoingKind.POINTER:
        text = _(":hourglass_flowing_sand: *{title}* waits for a decision in <#{channel}>.").format(
            title=title, channel=review.approval.channel
        )
        notice = _("Waits for a decision: {title}").format(title=title)
        return RenderedMessage(
            text=notice,
            blocks=[
                section(f"{text} {_open_card(link)}"),
                *cancel_blocks(review),
            ],
        )
    lead = _(_LEAD[NoticeReason(str(body.get("why", NoticeReason.ASKED)))])
    asked = request_text(review.shown_approval, review.shown)
    lines = [
        f":bell: *{lead}*",
        f"*{title}*",
        *_values(review),
        _open_card(link),
    ]
    return RenderedMessage(
        text=f"{lead}: {title}",
        blocks=[
            section("\n".join(lines)),
            *_referral(body),
            context_block(_("{asked} · in <#{channel}>").format(asked=asked, channel=review.thread.channel)),
        ],
    )


def _referral(body: Mapping[str, Any]) -> list[Block]:
    """Who asked this person to decide, and what they wrote."""
    if body.get("why") != NoticeReason.REFERRED.value:
        return []
    note = truncate_escaped(single_line(str(body.get("note") or "")), _REASON_LIMIT)
    person = f"<@{escape(str(body.get('by', '')))}>"
    if not note:
        return [section(_("{person} asks you.").format(person=person))]
    return [section(_("{person} asks you: {note}").format(person=person, note=note))]


def _values(review: Review) -> list[str]:
    """The first short values, so that people know what the card is about before they open it."""
    if len(review.shown.rows) > 1:
        return []
    parts = (part for part in review.shown.rows[0].parts if not part.secondary and part.role is None)
    return list(filter(None, map(short_line, parts)))[:_MAX_VALUES]


def _broke_glass(review: Review, title: str, link: str, *, reminder: bool) -> RenderedMessage:
    """To the approvers: somebody decided alone, and one of them has to review it."""
    alone = [vote for vote in review.approval.votes if vote is not None and vote.broke_glass]
    if not alone:
        text = _(":leftwards_arrow_with_hook: Break glass was undone: {title}").format(title=title)
        return RenderedMessage(text=text, blocks=[section(f"{text}\n{_open_card(link)}")])
    by = TextList(tuple(dict.fromkeys(user_mention(vote.by) for vote in alone)))
    decided = _("{people} decided this alone").format(people=by)
    lead = _("Not reviewed yet: break glass") if reminder else _("Break glass")
    reasons = break_glass_reasons(review.approval)
    blocks = [
        section(f":rotating_light: *{lead}:* {decided}\n*{title}*\n{_open_card(link)}"),
        section(_("*Reason:* {reason}").format(reason=truncate_escaped(reasons, _REASON_LIMIT))),
        context_block(_("An approver has to review it: `/approvals review`")),
    ]
    return RenderedMessage(text=f":rotating_light: {lead}: {title}", blocks=blocks)


def outcome_line(approval: Approval) -> str:
    """`✅ *Approved* by @bob`, in mrkdwn, once it is closed."""
    outcome = approval.outcome or Outcome.WITHDRAWN
    people = list(
        dict.fromkeys(voter_mention(vote) for vote in approval.votes if vote is not None and vote.by_a_person)
    )
    done = _what_came_of_it(approval, outcome)
    if not people or outcome is Outcome.WITHDRAWN:
        return done
    return _("{outcome} by {people}").format(outcome=done, people=TextList(tuple(people)))


def _what_came_of_it(approval: Approval, outcome: Outcome) -> str:
    """As its card says: a question is answered, not approved."""
    if approval.ends_run and outcome is not Outcome.EXPIRED:
        cancelled = _("Run cancelled")
        return f":no_entry_sign: *{cancelled}*"
    kinds = {vote.decision.kind for vote in approval.votes if vote is not None}
    if outcome is not Outcome.APPROVED or len(kinds) != 1:
        return _(_OUTCOME[outcome])
    kind = kinds.pop()
    return f"{card_actions.emoji(kind)} *{card_actions.outcome(kind)}*"


def _closed(review: Review, title: str, link: str) -> RenderedMessage:
    text = f"{outcome_line(review.approval)}: {title}"
    return RenderedMessage(
        text=text.replace("*", ""),
        blocks=[section(f"{text}\n{_open_card(link)}")],
    )


def _open_card(link: str) -> str:
    label = _("Open the card")
    return f"<{link}|{label}>"
