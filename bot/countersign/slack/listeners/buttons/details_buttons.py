"""*Details* of a card: all that was asked, with ids and digests, page by page."""

import asyncio
import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.i18n import _
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.details_view import details_view, first_page
from countersign.slack.cards.values.references import CardReference, ModalReference
from countersign.slack.forms.modal import notice_view
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.buttons.button_listener import button_listener
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error
from countersign.slack.listeners.forms.form_opening import open_view


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_page(ack: Ack, body: dict[str, Any]) -> None:
        await _show_page(context, body)
        await ack()

    app.action(card_actions.VIEW)(button_listener(context, _open_details))
    app.action(card_actions.DETAILS)(button_listener(context, _open_details))
    app.action(re.compile(rf"^{card_actions.PAGE}:\d+$"))(on_page)


async def _open_details(context: ListenerContext, click: ButtonClick) -> None:
    ref = CardReference.unpack(click.value)
    await context.check_may_read(click.user, click.channel)
    review = await context.load_for_reading(ref.approval_id, click.channel)
    review = await asyncio.to_thread(review.for_reader)
    modal = ModalReference(
        card=ref,
        channel=click.channel,
        message_ts=click.message_ts,
        page=await asyncio.to_thread(first_page, review, ref),
    )
    view = await asyncio.to_thread(details_view, review, modal, context.trace_url)
    context.background_tasks.start("open_details", open_view(context, click, view))


async def _show_page(context: ListenerContext, body: dict[str, Any]) -> None:
    """Show another page of the details that are open, or why it is not shown."""
    view, action = body["view"], body["actions"][0]
    try:
        ref = ModalReference.unpack(action.get("value"))
        await context.check_may_read(str(body["user"]["id"]), ref.channel)
        review = await context.load_for_reading(ref.card.approval_id, ref.channel)
        review = await asyncio.to_thread(review.for_reader)
        shown = await asyncio.to_thread(details_view, review, ref, context.trace_url)
    except CountersignError as error:
        shown = notice_view(_("Not shown"), describe_error(error))
    context.background_tasks.start(
        "show_page_of_details",
        context.api.call("views.update", view_id=view["id"], hash=view.get("hash"), view=shown),
    )
