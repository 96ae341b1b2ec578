"""The buttons with which a writer says what a message of theirs is. The thread's next step does it."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.flow.decisions.replies.refusals import MessageExpired
from countersign.flow.decisions.replies.reply_offer import DECIDING, ChosenReply, ReplyChoice
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.i18n import N_, _
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error
from countersign.slack.reply_buttons import PATTERN, chosen_reply
from countersign.slack.transport.outbound.response_url import remove_message, replace_ephemeral

_KEPT = N_("Kept. I'll read it once nothing waits for a decision here.")


class NotYourMessage(CountersignError):
    """Only whoever wrote the message can say what it is."""


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_choice(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        try:
            chosen = chosen_reply(click.action_id, click.value)
            await _take(context, click, chosen)
        except CountersignError as error:
            context.notify_user(click.thread, click.user, describe_error(error))
        else:
            closing = _close(context, chosen, str(body.get("response_url") or ""))
            context.background_tasks.start("close_question", closing)
        await ack()

    app.action(re.compile(rf"^{PATTERN.pattern}$"))(on_choice)


async def _close(context: ListenerContext, chosen: ChosenReply, response_url: str) -> None:
    if chosen.choice is ReplyChoice.KEEP:
        await replace_ephemeral(context.api.web, response_url, {"text": _(_KEPT)})
    else:
        await remove_message(context.api.web, response_url)


async def _take(context: ListenerContext, click: ButtonClick, chosen: ChosenReply) -> None:
    """Store the choice, to be acknowledged then. One that decides nothing changes nothing."""
    message = await context.store.message(chosen.message)
    if message is None or message.thread != click.thread:
        raise MessageExpired
    if message.user != click.user:
        raise NotYourMessage
    if chosen.choice not in DECIDING:
        return
    key = f"choice:{chosen.choice}:{chosen.approval_id}:{chosen.digest[:16]}:{message.key}"
    await context.store.accept(
        Inbound(
            key=key,
            kind=InboundKind.CHOICE,
            thread=message.thread,
            user=click.user,
            body=chosen.body(),
            may_open=False,
        )
    )
