"""The view that shows all of a request, page by page: nothing that a graph asks about is out of reach."""

from dataclasses import replace

from countersign.flow.review import Review
from countersign.interrupts import Part, ReviewRequest, pages, single_line
from countersign.slack.block_kit.builders import Block, actions, button, context_block, plain, section
from countersign.slack.block_kit.escaping import escaped_length, truncate_escaped
from countersign.slack.cards import card_actions
from countersign.slack.cards.payload import labelled_section, title_block
from countersign.slack.cards.references import ModalReference

SECTION_LIMIT = 2600  # of one section; a page is several
SECTIONS_PER_PAGE = 20


def details_view(review: Review, ref: ModalReference) -> Block:
    """The page `ref.page` of everything, with the whole digest."""
    request = review.request
    all_sections = _sections(request)
    last = max((len(all_sections) - 1) // SECTIONS_PER_PAGE, 0)
    page = min(ref.page, last)
    blocks = [title_block(request.title)]
    if page == 0 and request.description:
        blocks.append({"type": "section", "text": plain(truncate_escaped(request.description, 3000))})
    blocks += all_sections[page * SECTIONS_PER_PAGE : (page + 1) * SECTIONS_PER_PAGE] or [
        section("There is nothing more to it.")
    ]
    if last:
        blocks.append(_page_buttons(ref, page, last))
    blocks.append(context_block(f"Digest (SHA-256) `{review.approval.digest}`"))
    return {
        "type": "modal",
        "title": plain("Everything"),
        "close": plain("Close"),
        "private_metadata": replace(ref, page=page).pack(),
        "blocks": blocks,
    }


def _sections(request: ReviewRequest) -> list[Block]:
    blocks: list[Block] = []
    for at, row in enumerate(request.rows):
        parts: tuple[Part, ...] = row.parts
        if len(request.rows) > 1:
            blocks.append(
                section(f"*{at + 1}.* {truncate_escaped(single_line(row.action or 'this step'), 1000)}")
            )
        if row.description:
            blocks.append({"type": "section", "text": plain(truncate_escaped(row.description, 3000))})
        for page in pages(parts, SECTION_LIMIT, measure=escaped_length):
            blocks += [labelled_section(piece) for piece in page]
    return blocks


def _page_buttons(ref: ModalReference, page: int, last: int) -> Block:
    """A button's value is the page it leads to."""
    buttons = []
    if page > 0:
        buttons.append(_page_button(ref, page - 1, f"‹ Page {page}"))
    if page < last:
        buttons.append(_page_button(ref, page + 1, f"Page {page + 2} ›"))
    if last > 1 and page < last - 1:
        buttons.append(_page_button(ref, last, f"Last ({last + 1}) »"))
    return actions(f"pages:{page}", buttons)


def _page_button(ref: ModalReference, page: int, label: str) -> Block:
    blocks = button(card_actions.PAGE, label, replace(ref, page=page).pack())
    return blocks | {"action_id": f"{card_actions.PAGE}:{page}"}
