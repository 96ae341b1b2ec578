"""The button with which whoever started the run takes their request back. One for the whole card."""

from countersign.flow.decisions.cancel import is_cancellable
from countersign.flow.review import Review
from countersign.slack.block_kit.builders import Block, actions, button
from countersign.slack.cards import card_actions
from countersign.slack.cards.references import CardReference


def cancel_buttons(review: Review) -> list[Block]:
    """Nothing where it cannot be cancelled."""
    if not is_cancellable(review):
        return []
    approval = review.approval
    value = CardReference(approval_id=approval.id, row=0, digest=approval.digest).pack()
    return [button(card_actions.CANCEL, card_actions.CANCEL_LABEL, value)]


def cancel_blocks(review: Review) -> list[Block]:
    """The same in a block of its own."""
    buttons = cancel_buttons(review)
    return [actions(f"cancel:{review.approval.version}", buttons)] if buttons else []
