"""Events, buttons and forms that no listener handles, such as those of an earlier version."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.i18n import N_, _
from countersign.slack.forms.modal import notice_view
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext

_BUTTON = N_("This button no longer works. Ask again in the thread.")
_FORM = N_("This form is no longer valid. Open it again from its card.")


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Register it last: Bolt calls the first listener that matches."""

    async def on_other_event() -> None:
        """Acknowledges it, or Slack would retry it."""

    async def on_unknown_action(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        if click.channel and click.thread.ts:
            context.notify_user(click.thread, click.user, _(_BUTTON))
        await ack()

    async def on_unknown_view(ack: Ack) -> None:
        await ack(response_action="update", view=notice_view(_("Nothing was changed"), _(_FORM)))

    app.event(re.compile(".*"))(on_other_event)
    app.action(re.compile(".*"))(on_unknown_action)
    app.view(re.compile(".*"))(on_unknown_view)
