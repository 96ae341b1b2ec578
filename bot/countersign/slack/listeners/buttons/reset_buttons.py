"""The answer to the question whether to forget a conversation. The thread's next step does it."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.slack.cards.values.references import InvalidReference
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error
from countersign.slack.reset_question import KEEP, RESET
from countersign.slack.transport.outbound.response_url import remove_message


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_answer(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        try:
            if click.action_id == RESET:
                await _reset(context, click)
        except CountersignError as error:
            context.notify_user(click.thread, click.user, describe_error(error))
        url = str(body.get("response_url") or "")
        context.background_tasks.start("close_question", _close(context, url))
        await ack()

    app.action(RESET)(on_answer)
    app.action(KEEP)(on_answer)


async def _reset(context: ListenerContext, click: ButtonClick) -> None:
    """Store the reset, to be acknowledged then. Raises InvalidReference and MayNotStart."""
    if click.value != click.thread.id:
        raise InvalidReference
    await context.start_permission.check(click.user, click.channel)
    key = f"reset:{click.thread.id}:{click.message_ts}:{click.user}"
    await context.store.accept(
        Inbound(key=key, kind=InboundKind.RESET, thread=click.thread, user=click.user, may_open=False)
    )


async def _close(context: ListenerContext, response_url: str) -> None:
    await remove_message(context.api.web, response_url)
