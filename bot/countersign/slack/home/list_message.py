"""The answer to `/approvals`: the person's pending approvals, with the buttons that decide them."""

from countersign.flow.home.counting import shown_total
from countersign.flow.home.inbox_content import ApprovalPage, Reader
from countersign.i18n import N_, _
from countersign.slack.block_kit.builders import MESSAGE_BLOCKS, Block, RenderedMessage, section
from countersign.slack.home.entries import asked_line, waiting_entries
from countersign.slack.home.home_view import CANNOT_DECIDE, pager
from countersign.slack.home.links import CardLinks

_NOTHING = N_("Nothing is waiting for you.")
_COUNT = N_("*{count} waiting for you:*")
_ASKED = N_("*{count} asked by you:*")


def render_list(
    reader: Reader, waiting: ApprovalPage, asked: ApprovalPage, links: CardLinks
) -> RenderedMessage:
    """Its text says the same as its blocks, for screen readers."""
    lines = [_(_COUNT).format(count=shown_total(waiting.total)) if waiting.total else _(_NOTHING)]
    if not reader.decides:
        lines = [_(CANNOT_DECIDE)]
    blocks: list[Block] = [section(lines[0])]
    own = [
        _(_ASKED).format(count=shown_total(asked.total)),
        *(asked_line(review, links) for review in asked.reviews),
    ]
    below = [*pager(waiting), *(map(section, own) if asked.reviews else ())]
    for entry in waiting_entries(waiting.reviews, links, MESSAGE_BLOCKS - len(blocks) - len(below)):
        blocks += entry
        lines += _read_out(entry)
    blocks += below
    lines += own if asked.reviews else []
    return RenderedMessage(text="\n".join(lines), blocks=blocks[:MESSAGE_BLOCKS])


def _read_out(entry: list[Block]) -> list[str]:
    return [str(block["text"]["text"]) for block in entry if block["type"] == "section"]
