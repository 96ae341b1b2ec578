"""The card of an approval, rendered from its row in the database and from nothing else."""

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.approvals.recorded_reasons import LAPSED, recorded_reason
from countersign.flow.review import Review
from countersign.i18n import N_, _, for_everyone
from countersign.interrupts import Risk, single_line
from countersign.slack.block_kit.builders import (
    Block,
    RenderedMessage,
    context_block,
    section,
)
from countersign.slack.block_kit.escaping import code, escape, truncate_escaped
from countersign.slack.block_kit.formatting import mrkdwn_text
from countersign.slack.cards.batch import batch_blocks, fully_shown_rows
from countersign.slack.cards.buttons.whole_card_buttons import (
    claim_blocks,
    whole_card_blocks,
    whole_card_buttons,
)
from countersign.slack.cards.closed_card import render_closed_card
from countersign.slack.cards.compact_question import compact_question_blocks, is_compact_question
from countersign.slack.cards.container import with_frame
from countersign.slack.cards.people.referrals import referral_blocks
from countersign.slack.cards.people.request_line import details_button, has_details, request_block
from countersign.slack.cards.people.votes import vote_blocks
from countersign.slack.cards.row import leaves_one_alone, look_alike_blocks, only_row_buttons, row_buttons
from countersign.slack.cards.values.description import description_block
from countersign.slack.cards.values.payload import (
    BlockBudget,
    payload_blocks,
    short_text,
    text_length,
    title_block,
)
from countersign.slack.cards.values.review_fields import other_parts, review_field_blocks

_TEXT_LIMIT = 11_500  # characters of all texts; Slack takes about 13,200 in one message
_PAYLOAD_LIMIT = 9000  # of them, for the parts of a card with one row
_NOTE_LIMIT = 500
_MOST_READ = 6  # values in the text for screen readers
_TEXT_LIMIT_READ = 600  # characters of it
_FALLBACK_ROWS = 20
_ASKED_AGAIN = N_(":warning: *The agent couldn't use the last answer. Answer again.*")
_LAPSED = N_(":warning: *Nothing was done yet. Decide again.*")
_RISKS = {Risk.LOW: N_("Low risk."), Risk.MEDIUM: N_("Medium risk."), Risk.HIGH: N_("High risk.")}
_FALLBACK_NOTE = N_("Slack couldn't show this request here. Open *Details* before you decide.")


@for_everyone
def render_card(review: Review) -> RenderedMessage:
    """The card of an approval as it is. Always within Slack's limits, whatever the payload."""
    approval, request = review.shown_approval, review.shown
    if approval.status is not Status.PENDING:
        return render_closed_card(approval, request)
    if is_compact_question(review):
        return RenderedMessage(text=_notification_text(review), blocks=compact_question_blocks(review))
    introduction = _introduction(review)
    render_rows = _single_row if len(request.rows) == 1 else batch_blocks
    rows = render_rows(review, _TEXT_LIMIT - text_length(introduction))
    card = RenderedMessage(text=_notification_text(review), blocks=[*introduction, *rows, *_footer(review)])
    return with_frame(card) if len(request.rows) == 1 else card


def rows_for_approve_all(review: Review) -> tuple[int, ...]:
    """The open rows that the card of this approval shows in full: "Approve all" may approve no others."""
    approval, request = review.approval, review.shown
    if len(request.rows) == 1 or approval.status is not Status.PENDING:
        return approval.open_rows
    return fully_shown_rows(approval, request, _TEXT_LIMIT - text_length(_introduction(review)))


@for_everyone
def render_fallback_card(review: Review) -> RenderedMessage:
    """The same card without its parts, for when Slack refuses it. *Details* shows them, row by row.

    "Approve all" is not on it: it shows no row in full.
    """
    if review.approval.status is not Status.PENDING:
        text = render_card(review).text
        return RenderedMessage(text=text, blocks=[section(text)])
    approval, request = review.approval, review.shown
    buttons = [
        row_buttons(approval, request, row, truncated=True) for row in approval.open_rows[:_FALLBACK_ROWS]
    ]
    buttons += [*claim_blocks(review), *referral_blocks(approval), *whole_card_blocks(review)]
    blocks = [
        title_block(request.title),
        request_block(review, truncated=True),
        context_block(_(_FALLBACK_NOTE)),
        *buttons,
    ]
    return RenderedMessage(text=_notification_text(review), blocks=blocks)


def _notification_text(review: Review) -> str:
    """The text for screen readers and notifications: an ordinary request in full, as sentences."""
    request, requester = review.shown, review.approval.requester
    approvable = any(DecisionKind.APPROVE in row.allowed for row in request.rows)
    lead = (_("Approval needed: {title}") if approvable else _("Answer needed: {title}")).format(
        title=request.title
    )
    said = [lead if lead.endswith(("?", ".", "!", "…")) else f"{lead}."]
    if request.risk is not None:
        said.append(_(_RISKS[request.risk]))
    if len(request.rows) == 1:
        values = filter(None, (short_text(part) for part in request.rows[0].parts[:_MOST_READ]))
        said += [f"{each.rstrip('.')}." for each in values]
    text = truncate_escaped(" ".join(said), _TEXT_LIMIT_READ)
    if not requester:
        return text
    requested = _("Requested by {person}.").format(person=f"<@{escape(requester)}>")
    return f"{text} {requested}"


def _introduction(review: Review) -> list[Block]:
    approval, request = review.shown_approval, review.shown
    # Then Details is a button of the row.
    in_row = (len(request.rows) == 1 and not review.format.is_shown) or _has_details_below(review)
    blocks = [title_block(request.title), request_block(review, truncated=in_row)]
    if approval.status_reason:
        blocks.append(_asked_again(approval.status_reason))
    if request.description:
        blocks.append(description_block(request.description, 3000))
    return [*blocks, *review_field_blocks(request), *claim_blocks(review), *referral_blocks(approval)]


def _has_details_below(review: Review) -> bool:
    """Whether *Details* is placed beside a button that would be alone, instead of beside the requester."""
    approval, request = review.shown_approval, review.shown
    if len(request.rows) > 1 or not has_details(review):
        return False
    return leaves_one_alone(approval, request, whole_card_buttons(review))


def _asked_again(reason: str) -> Block:
    """Why it is asked again. What the graph says of the answer is code: it may be any text."""
    if reason.startswith(LAPSED):
        return section(f"{_(_LAPSED)}\n{mrkdwn_text(recorded_reason(reason), _NOTE_LIMIT)}")
    why = single_line(str(recorded_reason(reason)))
    why = why if len(why) <= _NOTE_LIMIT else why[: _NOTE_LIMIT - 1] + "…"
    return section(f"{_(_ASKED_AGAIN)}\n{code(why)}")


def _single_row(review: Review, chars: int) -> list[Block]:
    approval, request = review.shown_approval, review.shown
    notes = [*look_alike_blocks(approval, request.rows[0]), *vote_blocks(approval, request.rows[0], 0)]
    chars -= text_length(notes)
    parts = other_parts(request.rows[0].parts)
    if has_details(review):  # which show ids for machines
        parts = tuple(part for part in parts if not part.secondary)
    payload = payload_blocks(parts, BlockBudget(min(chars, _PAYLOAD_LIMIT), 38))
    truncated = not (payload.complete and review.format.is_shown)
    buttons = only_row_buttons(
        approval,
        request,
        truncated=truncated,
        more=whole_card_buttons(review),
        details=details_button(review) if _has_details_below(review) else None,
    )
    return [*payload.blocks, *notes, *buttons]


def _footer(review: Review) -> list[Block]:
    """The uncommon format of a question whose card has no details to read it in."""
    note = "" if has_details(review) else review.format.note
    return [context_block(_("Format: {format}").format(format=escape(note)))] if note else []
