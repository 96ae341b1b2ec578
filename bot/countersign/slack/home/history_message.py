"""The answer to `/approvals history`: what was decided of what somebody asked for or voted on."""

from countersign.flow.home.inbox_content import HistoryPage
from countersign.i18n import N_, _
from countersign.slack.block_kit.builders import RenderedMessage, actions, button, section
from countersign.slack.home.entries import decided_line
from countersign.slack.home.links import CardLinks

PAGE = "history:page"  # with the page's number behind a colon
_NOTHING = N_("Nothing that you asked for or voted on has been decided yet.")
_HEADING = N_("*Recently decided* among your requests and votes:")


def render_history(found: HistoryPage, page: int, links: CardLinks) -> RenderedMessage:
    if not found.reviews and not found.more and page == 0:
        text = _(_NOTHING)
        return RenderedMessage(text=text, blocks=[section(text)])
    lines = [_(_HEADING), *(decided_line(review, links) for review in found.reviews)]
    buttons = []
    if page > 0:
        buttons.append(button(f"{PAGE}:{page - 1}", _("Newer"), str(page - 1)))
    if found.more:
        buttons.append(button(f"{PAGE}:{page + 1}", _("Older"), str(page + 1)))
    blocks = [*map(section, lines), *([actions(f"history:{page}", buttons)] if buttons else [])]
    return RenderedMessage(text="\n".join(lines), blocks=blocks)
