"""One approval in somebody's inbox: what would happen, who asks, until when, and the buttons of its card.

An entry shows less than the card, so *Details* is always beside its title.
"""

from countersign.flow.review import Review
from countersign.i18n import N_, _, ngettext
from countersign.interrupts import Risk
from countersign.slack.block_kit.builders import Block, button, context_block, section
from countersign.slack.block_kit.formatting import format_datetime
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.buttons.whole_card_buttons import claim_blocks
from countersign.slack.cards.messages_about import outcome_line
from countersign.slack.cards.people.referrals import referral_blocks
from countersign.slack.cards.people.request_line import own_request_text, request_text, risk_label
from countersign.slack.cards.people.votes import vote_blocks
from countersign.slack.cards.row import look_alike_blocks, only_row_buttons
from countersign.slack.cards.values.payload import short_line
from countersign.slack.cards.values.references import CardReference
from countersign.slack.home.links import CardLinks

_MAX_VALUES = 4
_SEVERAL = N_("{count} actions are asked for together. Decide them on their card.")


def waiting_entry(review: Review, links: CardLinks) -> list[Block]:
    """With the buttons that decide it right there; a batch is decided on its card."""
    review = review.for_reader()
    approval, request = review.shown_approval, review.shown
    several = len(request.rows) > 1
    lines = [f"*{links.titled(review)}*"]
    lines += [_(_SEVERAL).format(count=len(approval.open_rows))] if several else _values(review)
    value = CardReference(approval_id=approval.id, row=0, digest=approval.shown_digest).pack()
    details = button(card_actions.VIEW, _("Details"), value)
    blocks = [section("\n".join(lines)) | {"accessory": details}, _asked(review, links)]
    if not several:
        row = request.rows[0]
        blocks += [*look_alike_blocks(approval, row), *vote_blocks(approval, row, 0)]
    blocks += [*claim_blocks(review), *referral_blocks(approval)]
    if several:
        return blocks
    buttons = only_row_buttons(approval, request, truncated=False)  # Details is beside the title
    return [*blocks, *(_of_its_own(block, review) for block in buttons)]


def asked_line(review: Review, links: CardLinks) -> str:
    """What somebody asked for themselves, and where it waits."""
    review = review.for_reader()
    asked = own_request_text(review.shown_approval, review.shown)
    return f"•  *{links.titled(review)}*\n{asked} · <#{links.channel(review)}>"


def decided_line(review: Review, links: CardLinks) -> str:
    """`Approved by @bob: Post message`, and when."""
    review = review.for_reader()
    approval = review.shown_approval
    votes = [vote.at for vote in approval.votes if vote is not None]
    at = f" · {format_datetime(max(votes))}" if votes else ""
    return f"{outcome_line(approval)}: {links.titled(review)}{at}"


def _asked(review: Review, links: CardLinks) -> Block:
    pieces = [_where(review, links)]
    if review.shown.risk is not None and review.shown.risk is not Risk.LOW:
        pieces.append(risk_label(review.shown.risk))
    return context_block(" · ".join(pieces))


def _where(review: Review, links: CardLinks) -> str:
    return f"{request_text(review.shown_approval, review.shown)} · <#{links.channel(review)}>"


def _values(review: Review) -> list[str]:
    """The first short values, and how many are left out."""
    parts = [part for part in review.shown.rows[0].parts if not part.secondary]
    shown = list(filter(None, (short_line(part) for part in parts if part.role is None)))[:_MAX_VALUES]
    left = len(parts) - len(shown)
    if not left:
        return shown
    more = ngettext("{count} more value in *Details*", "{count} more values in *Details*", left)
    return [*shown, f"_{more.format(count=left)}_"]


def _of_its_own(block: Block, review: Review) -> Block:
    """With a block id that no other entry has; that of a menu ends with its reference, which is its own."""
    if any(element["type"] != "button" for element in block["elements"]):
        return block
    return block | {"block_id": f"{block['block_id']}:{review.approval.id}"}
