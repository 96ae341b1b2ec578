"""The buttons below an answer: somebody says whether it was a good one."""

from typing import cast

import structlog
from slack_bolt.async_app import AsyncApp

from countersign.flow.ports import Rating
from countersign.i18n import N_, _
from countersign.slack.cards.values.references import InvalidReference
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.buttons.button_listener import button_listener
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.messages import FEEDBACK

_THANKS = N_("Thanks. Your feedback is recorded.")
_GONE = N_("This answer is no longer stored, so your feedback wasn't recorded.")
_LIMIT = 1000  # characters of a key

log = structlog.get_logger()


def register(app: AsyncApp, context: ListenerContext) -> None:
    app.action(FEEDBACK)(button_listener(context, _record))


async def _record(context: ListenerContext, click: ButtonClick) -> None:
    rating, _colon, key = str(click.value).partition(":")
    if rating not in {"good", "bad"} or not 0 < len(key) <= _LIMIT or context.feedback is None:
        raise InvalidReference
    await context.check_may_read(click.user, click.channel)
    saved = await context.feedback.save(key, click.channel, click.user, cast("Rating", rating))
    if saved:
        log.info("answer_feedback", thread_id=click.thread.id, user=click.user, rating=rating)
        context.count_feedback(rating)
    context.notify_user(click.thread, click.user, _(_THANKS) if saved else _(_GONE))
