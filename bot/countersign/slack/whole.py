"""The view that shows all of a request, page by page: nothing that a graph asks about is out of reach."""

from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.flow.questions import request_of
from countersign.interrupts import Part, ReviewRequest, pages, single_line
from countersign.slack import words
from countersign.slack.blocks import Block, actions, button, context, plain, section
from countersign.slack.card_ref import ModalRef
from countersign.slack.escape import clipped, escaped_length
from countersign.slack.parts import heading, titled

PAGE_CHARS = 2600  # of one section; a page is several
SECTIONS = 20


def whole_view(approval: Approval, ref: ModalRef) -> Block:
    """The page `ref.page` of everything, with the whole digest."""
    request = request_of(approval)
    chunks = _chunks(request)
    last = max((len(chunks) - 1) // SECTIONS, 0)
    page = min(ref.page, last)
    blocks = [heading(request.title)]
    if page == 0 and request.description:
        blocks.append({"type": "section", "text": plain(clipped(request.description, 3000))})
    blocks += chunks[page * SECTIONS : (page + 1) * SECTIONS] or [section("There is nothing more to it.")]
    if last:
        blocks.append(_turning(ref, page, last))
    blocks.append(context(f"Digest (SHA-256) `{approval.digest}`"))
    return {
        "type": "modal",
        "title": plain("Everything"),
        "close": plain("Close"),
        "private_metadata": replace(ref, page=page).pack(),
        "blocks": blocks,
    }


def _chunks(request: ReviewRequest) -> list[Block]:
    made: list[Block] = []
    for at, row in enumerate(request.rows):
        parts: tuple[Part, ...] = row.parts
        if len(request.rows) > 1:
            made.append(section(f"*{at + 1}.* {clipped(single_line(row.action or 'this step'), 1000)}"))
        if row.description:
            made.append({"type": "section", "text": plain(clipped(row.description, 3000))})
        for page in pages(parts, PAGE_CHARS, measure=escaped_length):
            made += [titled(piece) for piece in page]
    return made


def _turning(ref: ModalRef, page: int, last: int) -> Block:
    """A button's value is the page it leads to."""
    buttons = []
    if page > 0:
        buttons.append(_to(ref, page - 1, f"‹ Page {page}"))
    if page < last:
        buttons.append(_to(ref, page + 1, f"Page {page + 2} ›"))
    if last > 1 and page < last - 1:
        buttons.append(_to(ref, last, f"Last ({last + 1}) »"))
    return actions(f"pages:{page}", buttons)


def _to(ref: ModalRef, page: int, label: str) -> Block:
    made = button(words.PAGE, label, replace(ref, page=page).pack())
    return made | {"action_id": f"{words.PAGE}:{page}"}
