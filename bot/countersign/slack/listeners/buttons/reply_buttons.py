"""The buttons with which a writer says what a message of theirs is. The thread's next step does it."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import AlreadyDecided, CountersignError, NotPending, QuestionChanged
from countersign.flow.decisions.replies.refusals import MessageExpired, NoLongerOpen
from countersign.flow.decisions.replies.reply_offer import ChosenReply, ReplyChoice
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, AnyText, lazy_text, sentences
from countersign.slack.block_kit.escaping import escape
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error
from countersign.slack.reply_buttons import PATTERN, chosen_reply
from countersign.slack.transport.outbound.response_url import remove_message, replace_ephemeral

_KEPT = N_("Kept. I'll read it once nothing waits for a decision here.")
_CHANGED = N_("The question changed since you wrote this, so your message decided nothing. See the card.")
_READ_ANYWAY = N_("Your message is not lost: the agent reads it as a new one.")


class NotYourMessage(CountersignError):
    """Only whoever wrote the message can say what it is."""


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_choice(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        try:
            answer = await _take(context, click)
        except CountersignError as error:
            context.notify_user(click.thread, click.user, describe_error(error))
        else:
            context.background_tasks.start("close_question", _close(context, click, answer))
        await ack()

    app.action(re.compile(rf"^{PATTERN.pattern}$"))(on_choice)


async def _close(context: ListenerContext, click: ButtonClick, answer: AnyText | None) -> None:
    """Replace the question with the answer, or remove it. Slack allows that only after a click."""
    web, url = context.api.web, click.response_url
    if answer is None:
        await remove_message(web, url)
    elif not await replace_ephemeral(web, url, {"text": escape(str(answer))}):
        await context.client.post_ephemeral(click.thread, click.user, answer)


async def _take(context: ListenerContext, click: ButtonClick) -> AnyText | None:
    """Store what was chosen, to be acknowledged then, if it still decides something.

    Returns what replaces the question for its writer; None to remove it.
    """
    chosen = chosen_reply(click.action_id, click.value)
    message = await context.store.message(chosen.message)
    if message is None or message.thread != click.thread:
        raise MessageExpired
    if message.user != click.user:
        raise NotYourMessage
    if chosen.choice is ReplyChoice.IGNORE:
        return None
    closed = await _closed(context, chosen, message)
    if closed is not None:
        return closed
    if chosen.choice is ReplyChoice.KEEP:
        return lazy_text(_KEPT)
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
    return None


async def _closed(context: ListenerContext, chosen: ChosenReply, message: Inbound) -> AnyText | None:
    """Why the message can't decide it any more, and by whom it was decided; None while it can."""
    try:
        await _check_open(context, chosen, message.thread)
    except QuestionChanged:
        return lazy_text(_CHANGED)
    except (AlreadyDecided, NoLongerOpen, NotPending) as error:
        return sentences(error.message, lazy_text(_READ_ANYWAY) if message.kept else None)
    return None


async def _check_open(context: ListenerContext, chosen: ChosenReply, thread: ThreadRef) -> None:
    review = await context.store.approval(chosen.approval_id)
    if review is None or review.thread != thread:
        raise NoLongerOpen
    review.approval.check_open(0, chosen.digest)
