"""The buttons of a whole card under a rule: *I'm looking*, *Ask someone else*, *Cancel request*."""

from countersign.flow.decisions.cancel import is_cancellable
from countersign.flow.review import Review
from countersign.slack.block_kit.builders import Block, actions, button, confirmation, context_block
from countersign.slack.block_kit.formatting import format_datetime, user_mention
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import CardReference


def whole_card_buttons(review: Review) -> list[Block]:
    """Nothing on a card without a rule; no *Cancel request* where it cannot be cancelled."""
    buttons = []
    if review.approval.rule_names:
        buttons.append(button(card_actions.CLAIM, card_actions.CLAIM_LABEL, _value(review)))
        buttons.append(button(card_actions.DELEGATE, card_actions.DELEGATE_LABEL, _value(review)))
    return [*buttons, *_cancel_buttons(review)]


def cancel_blocks(review: Review) -> list[Block]:
    """*Cancel request* alone, for the thread of a card that is in another channel."""
    buttons = _cancel_buttons(review)
    return [actions(f"pointer:{review.approval.version}", buttons)] if buttons else []


def _cancel_buttons(review: Review) -> list[Block]:
    if not is_cancellable(review):
        return []
    cancel = button(card_actions.CANCEL, card_actions.CANCEL_LABEL, _value(review))
    return [cancel | {"confirm": _cancelling()}]


def _value(review: Review) -> str:
    approval = review.approval
    return CardReference(approval_id=approval.id, row=0, digest=approval.shown_digest).pack()


def _cancelling() -> Block:
    return confirmation(
        "The agent is told that you no longer want this. You can't undo it.",
        card_actions.CANCEL_LABEL,
        deny="Keep it",
        style="danger",
        title="Cancel this request?",
    )


def whole_card_blocks(review: Review) -> list[Block]:
    """The same in a block of its own."""
    buttons = whole_card_buttons(review)
    return [actions(f"card:{review.approval.version}", buttons)] if buttons else []


def claim_blocks(review: Review) -> list[Block]:
    """Who has it in hand, if anybody has."""
    claim = review.approval.claim
    if claim is None:
        return []
    return [context_block(f":eyes: {user_mention(claim.by)} is looking · since {format_datetime(claim.at)}")]
