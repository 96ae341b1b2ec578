"""Buttons and forms that mean nothing here, such as those of an earlier version: they say so."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.slack.desk import Ack, Desk
from countersign.slack.forms import told_view
from countersign.slack.listeners.click import Click

_BUTTON = "This button does not do anything any more. If you need it, ask in the thread again."
_FORM = "This form cannot be sent any more. Please open it again from its card."


def register(app: AsyncApp, desk: Desk) -> None:
    """To be registered last: the first listener that fits takes it."""

    async def on_unknown_action(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body, desk.workspace.team)
        if click.channel and click.thread.ts:
            desk.tell(click.thread, click.user, _BUTTON)
        await ack()

    async def on_unknown_view(ack: Ack) -> None:
        await ack(response_action="update", view=told_view("Nothing was sent", _FORM))

    app.action(re.compile(".*"))(on_unknown_action)
    app.view(re.compile(".*"))(on_unknown_view)
