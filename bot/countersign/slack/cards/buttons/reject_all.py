"""The button "Reject all" of a card of several rows: for all that is open, shown in full or not."""

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.rule import ReasonRequired
from countersign.flow.review import Review
from countersign.i18n import _
from countersign.slack.block_kit.builders import Block, button, confirmation
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import MAX_ROWS, RowsReference


def rows_for_reject_all(review: Review) -> tuple[int, ...]:
    """The open rows, if each can be rejected as it was asked, without a reason; none otherwise."""
    approval, shown = review.approval, review.shown
    if approval.status is not Status.PENDING:
        return approval.open_rows
    for row in approval.open_rows:
        needs_more = approval.rule(row).reason is not ReasonRequired.NEVER
        proposed = approval.votes_on(row).proposal is not None
        if needs_more or proposed or DecisionKind.REJECT not in shown.rows[row].allowed:
            return ()
    return approval.open_rows


def reject_all_buttons(review: Review) -> list[Block]:
    """Nothing for a single row, which has a button of its own."""
    approval, rows = review.approval, rows_for_reject_all(review)
    if not 1 < len(rows) <= MAX_ROWS:
        return []
    every = len(rows) == len(approval.votes)
    text = _("Reject all {count}") if every else _("Reject other {count}")
    label = text.format(count=len(rows))
    reference = RowsReference(approval_id=approval.id, rows=rows, digest=approval.shown_digest)
    made = button(card_actions.REJECT_REST, label, reference.pack(), "danger")
    question = _(
        "This rejects {count} actions without a reason. To give one, reject them one by one."
    ).format(count=len(rows))
    return [made | {"confirm": confirmation(question, label)}]
