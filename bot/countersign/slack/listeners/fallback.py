"""Buttons and forms that mean nothing here, such as those of an earlier version: they say so."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.slack.forms.modal import notice_view
from countersign.slack.listeners.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext

_BUTTON = "This button does not do anything any more. If you need it, ask in the thread again."
_FORM = "This form cannot be sent any more. Please open it again from its card."


def register(app: AsyncApp, context: ListenerContext) -> None:
    """To be registered last: the first listener that fits takes it."""

    async def on_unknown_action(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        if click.channel and click.thread.ts:
            context.notify_user(click.thread, click.user, _BUTTON)
        await ack()

    async def on_unknown_view(ack: Ack) -> None:
        await ack(response_action="update", view=notice_view("Nothing was sent", _FORM))

    app.action(re.compile(".*"))(on_unknown_action)
    app.view(re.compile(".*"))(on_unknown_view)
