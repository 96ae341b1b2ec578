"""A plain question without a card's header and frame: its text, how to answer, and small buttons.

In a conversation of many turns, each turn would be a card otherwise.
"""

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.review import Review
from countersign.i18n import N_, _
from countersign.slack.block_kit.builders import Block, context_block, plain_section
from countersign.slack.block_kit.escaping import escape
from countersign.slack.cards.buttons.whole_card_buttons import whole_card_buttons
from countersign.slack.cards.people.request_line import has_details, request_text
from countersign.slack.cards.row import only_row_buttons
from countersign.slack.cards.values.review_fields import other_parts

_HOW = N_("Reply in this thread to answer.")


def is_compact_question(review: Review) -> bool:
    """Whether the card would show only the question, and any reply in the thread answers it."""
    approval, request = review.shown_approval, review.shown
    if approval.status is not Status.PENDING or not (request.plain_question and request.answered_by_reply):
        return False
    row = request.rows[0]
    more_to_show = (
        *(approval.rules, approval.posted_to, approval.status_reason, approval.claim, approval.referrals),
        *(request.description, request.risk, request.why, row.update, other_parts(row.parts)),
    )
    return not any(more_to_show) and row.allowed == {DecisionKind.RESPOND} and not has_details(review)


def compact_question_blocks(review: Review) -> list[Block]:
    approval, request = review.shown_approval, review.shown
    buttons = only_row_buttons(
        approval, request, truncated=not review.format.is_shown, more=whole_card_buttons(review)
    )
    small = [_without_style(block) for block in buttons]
    line = f"{_(_HOW)} {request_text(approval, request)}"
    if review.format.note:
        shown = _("Format: {format}").format(format=escape(review.format.note))
        line = f"{line} · {shown}"
    return [plain_section(escape(request.title)), *small, context_block(line)]


def _without_style(block: Block) -> Block:
    elements = [
        {key: value for key, value in each.items() if key != "style" or each.get("confirm")}
        for each in block["elements"]
    ]
    return block | {"elements": elements}
