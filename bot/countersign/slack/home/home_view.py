"""The Home tab: first the approvals pending for its owner, with the buttons that decide them."""

from collections.abc import Sequence

from countersign.flow.home.counting import shown_total
from countersign.flow.home.inbox_content import ApprovalPage, Inbox
from countersign.i18n import N_, _
from countersign.slack.block_kit.builders import (
    Block,
    actions,
    button,
    context_block,
    header,
    section,
)
from countersign.slack.home.entries import asked_line, decided_line, waiting_entries
from countersign.slack.home.links import CardLinks
from countersign.slack.home.settings import settings_blocks

PAGE = "home:page"  # with the page's number behind a colon
_MAX_BLOCKS = 100
_NOTHING = N_("Nothing waits for you. Requests that you can decide show up here.")
CANNOT_DECIDE = N_("Guests can't approve. Ask a full member.")
_LINKS_ONLY = N_("Slack couldn't show these requests here. Open their cards.")
_PAGES = N_("Page {page} of {pages}. Soonest to expire first, then oldest first.")
_WAITING = N_("Waiting for you ({count})")
_ASKED = N_("Asked by you ({count})")
_MORE = N_("{count} more.")
_OLDER = N_("`/approvals history` lists what was decided before.")


def home_view(inbox: Inbox, links: CardLinks) -> Block:
    """If there is too much for one view, decided approvals are dropped first, then own requests."""
    settings = settings_blocks(inbox, links)
    waiting = _waiting(inbox, links, _MAX_BLOCKS - len(settings))
    others = [*_asked(inbox.asked, links), *_decided(inbox, links)]
    return _view([*waiting, *others[: _MAX_BLOCKS - len(waiting) - len(settings)], *settings])


def links_only_view(inbox: Inbox, links: CardLinks) -> Block:
    """The same with links only, for when Slack refuses it."""
    lines = [f"•  {links.titled(review)}" for review in inbox.waiting.reviews]
    listed = [section("\n".join(lines)), context_block(_(_LINKS_ONLY))] if lines else [section(_(_NOTHING))]
    return _view([_heading(inbox.waiting), *listed, *pager(inbox.waiting)])


def _view(blocks: Sequence[Block]) -> Block:
    return {"type": "home", "callback_id": "home", "blocks": list(blocks[:_MAX_BLOCKS])}


def _waiting(inbox: Inbox, links: CardLinks, room: int) -> list[Block]:
    blocks = [_heading(inbox.waiting)]
    if not inbox.reader.decides:
        return [*blocks, section(_(CANNOT_DECIDE))]
    if not inbox.waiting.reviews:
        return [*blocks, section(_(_NOTHING))]
    pages, reviews = pager(inbox.waiting), inbox.waiting.reviews
    room -= len(blocks) + len(pages) + len(reviews)
    for entry in waiting_entries(reviews, links, room):
        blocks += [*entry, {"type": "divider"}]
    return [*blocks, *pages]


def _heading(found: ApprovalPage) -> Block:
    return header(_(_WAITING).format(count=shown_total(found.total)) if found.total else _("Waiting for you"))


def pager(found: ApprovalPage) -> list[Block]:
    """Buttons for the pages beside this one, where there are several."""
    if found.pages == 1:
        return []
    last = found.pages - 1
    buttons = []
    if found.page > 0:
        buttons.append(_page_button(_("Previous"), found.page - 1))
    if found.page < last:
        buttons.append(_page_button(_("Next"), found.page + 1))
    text = _(_PAGES).format(page=f"{found.page + 1:,}", pages=f"{found.pages:,}")
    return [context_block(text), actions(f"pages:{found.page}", buttons)]


def _page_button(label: str, page: int) -> Block:
    return button(f"{PAGE}:{page}", label, str(page))


def _asked(found: ApprovalPage, links: CardLinks) -> list[Block]:
    if not found.reviews:
        return []
    more = found.total - len(found.reviews)
    lines = [asked_line(review, links) for review in found.reviews]
    blocks = [header(_(_ASKED).format(count=shown_total(found.total))), *map(section, lines)]
    return (
        [*blocks, context_block(_(_MORE).format(count=shown_total(found.total, listed=len(found.reviews))))]
        if more > 0
        else blocks
    )


def _decided(inbox: Inbox, links: CardLinks) -> list[Block]:
    if not inbox.decided:
        return []
    lines = [decided_line(review, links) for review in inbox.decided]
    return [header(_("Recently decided")), *map(section, lines), context_block(_(_OLDER))]
