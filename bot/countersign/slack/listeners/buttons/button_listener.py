"""A listener of buttons: it handles the click, then acknowledges it, and reports an error to who clicked."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from countersign.approvals.errors import CountersignError
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error

Handler: TypeAlias = Callable[[ListenerContext, ButtonClick], Awaitable[None]]
Listener: TypeAlias = Callable[[Ack, dict[str, Any]], Awaitable[None]]


def button_listener(context: ListenerContext, handle: Handler) -> Listener:
    """Acknowledged only after it is handled, so that a click that Slack counts as taken is never lost."""

    async def on_click(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        try:
            await handle(context, click)
        except CountersignError as error:
            context.notify_user(click.thread, click.user, describe_error(error))
        await ack()

    return on_click
