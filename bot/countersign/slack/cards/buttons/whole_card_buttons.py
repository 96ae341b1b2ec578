"""The buttons of a whole card under a rule: *I'm looking*, *Ask someone*, *Cancel request*
or *Cancel run*."""

from countersign.flow.decisions.cancel import is_cancellable, may_be_cancelled
from countersign.flow.review import Review
from countersign.i18n import _
from countersign.slack.block_kit.builders import Block, actions, button, confirmation, context_block
from countersign.slack.block_kit.formatting import format_datetime, user_mention
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import CardReference


def whole_card_buttons(review: Review) -> list[Block]:
    """None on a card without a rule, except *Cancel run* where the graph takes no rejection.

    *Cancel request* is for graphs that take a rejection, *Cancel run* for those that do not. On a card with a
    single row that is among the row's buttons, unless only the requester may cancel.
    """
    buttons = []
    if review.approval.rule_names:
        buttons.append(button(card_actions.CLAIM, _(card_actions.CLAIM_LABEL), _value(review)))
        buttons.append(button(card_actions.DELEGATE, _(card_actions.DELEGATE_LABEL), _value(review)))
    buttons += _cancel_buttons(review)
    row = _row_to_cancel(review)
    if row is None:
        return [*buttons, *_requesters_cancel_run(review)]
    return buttons if len(review.request.rows) == 1 else [*buttons, _cancel_run(_decision_value(review, row))]


def cancel_blocks(review: Review) -> list[Block]:
    """The requester's cancel button, for the thread of a card that is in another channel."""
    buttons = [*_cancel_buttons(review), *_requesters_cancel_run(review)]
    return [actions(f"pointer:{review.approval.version}", buttons)] if buttons else []


def _row_to_cancel(review: Review) -> int | None:
    """The first open row on which whoever decides may cancel the run."""
    rows = review.request.rows
    return next((row for row in review.approval.open_rows if rows[row].cancellation is not None), None)


def _requesters_cancel_run(review: Review) -> list[Block]:
    if is_cancellable(review) or not may_be_cancelled(review.approval):
        return []
    return [_cancel_run(_value(review))]


def _cancel_run(value: str) -> Block:
    return button(card_actions.CANCEL_RUN, _(card_actions.CANCEL_RUN_LABEL), value)


def _cancel_buttons(review: Review) -> list[Block]:
    if not is_cancellable(review):
        return []
    cancel = button(card_actions.CANCEL, _(card_actions.CANCEL_LABEL), _value(review))
    return [cancel | {"confirm": _cancelling()}]


def _value(review: Review) -> str:
    approval = review.approval
    return CardReference(approval_id=approval.id, row=0, digest=approval.shown_digest).pack()


def _decision_value(review: Review, row: int) -> str:
    approval = review.approval
    return CardReference(approval_id=approval.id, row=row, digest=approval.digest_of(row)).pack()


def _cancelling() -> Block:
    return confirmation(
        _("The agent is told that you no longer want this. You can't undo it."),
        _(card_actions.CANCEL_LABEL),
        deny=_("Keep it"),
        style="danger",
        title=_("Cancel this request?"),
    )


def whole_card_blocks(review: Review) -> list[Block]:
    """The same in a block of its own."""
    buttons = whole_card_buttons(review)
    return [actions(f"card:{review.approval.version}", buttons)] if buttons else []


def claim_blocks(review: Review) -> list[Block]:
    """Who has claimed it, if anybody has."""
    claim = review.approval.claim
    if claim is None:
        return []
    return [
        context_block(
            _(":eyes: {person} is looking · since {at}").format(
                person=user_mention(claim.by), at=format_datetime(claim.at)
            )
        )
    ]
