"""An approval in an inbox: its title, requester, deadline, and its card's buttons.

An entry shows less than the card, so *Details* is always beside its title.
"""

from collections.abc import Sequence

from countersign.flow.review import Review
from countersign.i18n import _, ngettext
from countersign.interrupts import Risk
from countersign.slack.block_kit.builders import Block, actions, button, context_block, section
from countersign.slack.block_kit.formatting import format_datetime
from countersign.slack.cards.approval_messages import outcome_line
from countersign.slack.cards.batch import approve_rest_buttons, decided_rows, shown_later
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.buttons.reject_all import reject_all_buttons
from countersign.slack.cards.buttons.whole_card_buttons import claim_blocks
from countersign.slack.cards.open_card import rows_for_approve_all
from countersign.slack.cards.people.referrals import referral_blocks
from countersign.slack.cards.people.request_line import own_request_text, request_text, risk_label
from countersign.slack.cards.people.votes import vote_blocks
from countersign.slack.cards.row import look_alike_blocks, only_row_buttons, row_buttons, row_title
from countersign.slack.cards.values.payload import short_line
from countersign.slack.cards.values.references import CardReference
from countersign.slack.home.links import CardLinks

_MAX_VALUES = 4
_ROWS = (10, 5, 3, 2, 1)  # open rows of a batch, as many of them as there is room for


def waiting_entries(reviews: Sequence[Review], links: CardLinks, room: int) -> list[list[Block]]:
    """An entry per approval, within `blocks` blocks in all; batches show as many rows as fit."""
    entries: list[list[Block]] = []
    for rows in _ROWS:
        entries = [waiting_entry(review, links, rows) for review in reviews]
        if sum(map(len, entries)) <= room:
            break
    return entries


def waiting_entry(review: Review, links: CardLinks, rows: int = _ROWS[0]) -> list[Block]:
    """With the buttons that decide it right there; of a batch, those of so many open rows."""
    review = review.for_reader()
    approval, request = review.shown_approval, review.shown
    several = len(request.rows) > 1
    lines = [f"*{links.titled(review)}*", *([] if several else _values(review, 0))]
    value = CardReference(approval_id=approval.id, row=0, digest=approval.shown_digest).pack()
    details = button(card_actions.VIEW, _("Details"), value)
    blocks = [section("\n".join(lines)) | {"accessory": details}, _asked(review, links)]
    if several:
        return [*blocks, *claim_blocks(review), *referral_blocks(approval), *_batch(review, rows)]
    row = request.rows[0]
    blocks += [*look_alike_blocks(approval, row), *vote_blocks(approval, row, 0)]
    blocks += [*claim_blocks(review), *referral_blocks(approval)]
    buttons = only_row_buttons(approval, request, truncated=False)  # Details is beside the title
    return [*blocks, *(_of_its_own(block, review) for block in buttons)]


def _batch(review: Review, limit: int) -> list[Block]:
    """The rows with their buttons, and those for all of them.

    As on the card, *Approve all* is for rows that are shown in full, here and there.
    """
    approval, request = review.shown_approval, review.shown
    blocks = decided_rows(approval, request)
    shown = approval.open_rows[:limit]
    for row in shown:
        asked = request.rows[row]
        blocks.append(section("\n".join([f"*{row + 1}.* {row_title(asked)}", *_values(review, row)])))
        blocks += [*look_alike_blocks(approval, asked), *vote_blocks(approval, asked, row)]
        blocks.append(_of_its_own(row_buttons(approval, request, row, truncated=False), review))
    if later := [row for row in approval.open_rows if row not in shown]:
        blocks.append(context_block(shown_later(later)))
    on_card = rows_for_approve_all(review)
    covered = tuple(row for row in shown if row in on_card and _shows_all(review, row))
    buttons = [*approve_rest_buttons(review, covered), *reject_all_buttons(review)]
    return [*blocks, *([actions(f"rest:{approval.version}:{approval.id}", buttons)] if buttons else [])]


def asked_line(review: Review, links: CardLinks) -> str:
    """A request of the reader's own, and where it is pending."""
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


def _shows_all(review: Review, row: int) -> bool:
    asked = review.shown.rows[row]
    return not asked.description and len(_short_values(review, row)) == len(asked.parts)


def _short_values(review: Review, row: int) -> list[str]:
    parts = review.shown.rows[row].parts
    lines = (short_line(part) for part in parts if part.role is None and not part.secondary)
    return list(filter(None, lines))[:_MAX_VALUES]


def _values(review: Review, row: int) -> list[str]:
    """The first short values, and how many are left out."""
    shown = _short_values(review, row)
    left = len([part for part in review.shown.rows[row].parts if not part.secondary]) - len(shown)
    if not left:
        return shown
    more = ngettext("{count} more value in *Details*", "{count} more values in *Details*", left)
    return [*shown, f"_{more.format(count=left)}_"]


def _of_its_own(block: Block, review: Review) -> Block:
    """With a block id that no other entry has; that of a menu ends with its reference, which is its own."""
    if any(element["type"] != "button" for element in block["elements"]):
        return block
    return block | {"block_id": f"{block['block_id']}:{review.approval.id}"}
