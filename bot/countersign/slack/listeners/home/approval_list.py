"""The inbox as an ephemeral message: the answer to `/approvals`, which decides right there."""

from typing import Any

from countersign.slack.block_kit.builders import Block, RenderedMessage, section
from countersign.slack.block_kit.escaping import escape
from countersign.slack.home.history_message import render_history
from countersign.slack.home.list_message import render_list
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.text.rendered_names import name_people
from countersign.slack.transport.outbound.response_url import replace_ephemeral

LISTED = 5  # approvals on a page
REMEMBERED = 10  # decided ones on a page


async def approval_list(context: ListenerContext, user: str, page: int = 0) -> dict[str, Any]:
    """The message. Raises CountersignError."""
    return _message(await _rendered(context, user, page))


async def replace_list(
    context: ListenerContext, user: str, url: str, note: str | None = None, *, page: int = 0
) -> None:
    """Show the list as it is now instead of the message with this response_url; `note` above it."""
    rendered = await _rendered(context, user, page)
    above: list[Block] = [section(f":warning: {escape(note)}")] if note else []
    message = _message(rendered) | {"blocks": [*above, *rendered.blocks]}
    await replace_ephemeral(context.api.web, url, message)


async def decision_history(context: ListenerContext, user: str, page: int = 0) -> dict[str, Any]:
    """The message. Raises CountersignError."""
    return _message(await _rendered_history(context, user, page))


async def replace_history(context: ListenerContext, click: ButtonClick, page: int) -> None:
    """Show another page instead of the message that was clicked."""
    message = _message(await _rendered_history(context, click.user, page))
    await replace_ephemeral(context.api.web, click.response_url, message)


async def _rendered_history(context: ListenerContext, user: str, page: int) -> RenderedMessage:
    reader = await context.inbox.reader(user)
    found = await context.inbox.decided(reader, page, REMEMBERED)
    rendered = render_history(found, page, context.links)
    return await name_people(rendered, context.client.names, exact=True)


async def _rendered(context: ListenerContext, user: str, page: int) -> RenderedMessage:
    reader = await context.inbox.reader(user)
    waiting = await context.inbox.waiting(reader, page, LISTED)
    asked = await context.inbox.asked(reader)
    rendered = render_list(reader, waiting, asked, context.links)
    return await name_people(rendered, context.client.names, exact=True)


def _message(rendered: RenderedMessage) -> dict[str, Any]:
    return {
        "response_type": "ephemeral",
        "text": rendered.text,
        "blocks": rendered.blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }
