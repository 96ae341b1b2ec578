"""Button listeners: handles the click, then acknowledges it, and reports errors to the person who clicked."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeAlias

from countersign.approvals.errors import CountersignError, NotPending
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import NO_CARD, approval_in
from countersign.slack.listeners.buttons.button_click import ButtonClick, Surface
from countersign.slack.listeners.buttons.click_response import refresh_inbox, report_refusal
from countersign.slack.listeners.context import DELETED, Ack, ListenerContext, describe_error

Handler: TypeAlias = Callable[[ListenerContext, ButtonClick], Awaitable[None]]
Listener: TypeAlias = Callable[[Ack, dict[str, Any]], Awaitable[None]]


def button_listener(context: ListenerContext, handle: Handler) -> Listener:
    """Acknowledged only after it is handled, so that an acknowledged click is never lost."""

    async def on_click(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        try:
            await handle(context, await _placed(context, click))
        except CountersignError as error:
            report_refusal(context, click, describe_error(error))
        else:
            refresh_inbox(context, click)
        await ack()

    return on_click


async def _placed(context: ListenerContext, click: ButtonClick) -> ButtonClick:
    """A card's button that was clicked in an inbox, as if in the card's channel.

    Who may see that channel and decide there is asked as for a click on the card, and so is the digest.
    """
    if click.surface is Surface.MESSAGE or not click.action_id.startswith(card_actions.PREFIX):
        return click
    review = await context.store.approval(approval_in(click.value))
    if review is None:
        raise NotPending(DELETED)
    channel = review.approval.channel
    return replace(click, channel=channel, message_ts=NO_CARD, thread=review.thread)
