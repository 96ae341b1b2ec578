"""The buttons of a message about a run that stopped: try the step again, or have its question asked anew."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.eligibility import check_may_decide
from countersign.approvals.errors import CountersignError
from countersign.flow.inbound import Inbound, InboundKind
from countersign.slack import messages, words
from countersign.slack.blocks import Drawn, context, section
from countersign.slack.card_ref import BadButton
from countersign.slack.desk import Ack, Desk, in_words
from countersign.slack.escape import code, escape
from countersign.slack.listeners.click import Click

_KINDS = {messages.RETRY: InboundKind.RETRY, messages.ASK_AGAIN: InboundKind.ASK_AGAIN}
_KNOWN = "Somebody asked for that already."


def register(app: AsyncApp, desk: Desk) -> None:
    async def on_press(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body, desk.workspace.team)
        try:
            await _again(desk, click)
        except CountersignError as error:
            desk.tell(click.thread, click.user, in_words(error))
        await ack()

    for action_id in _KINDS:
        app.action(action_id)(on_press)


async def _again(desk: Desk, click: Click) -> None:
    reference = click.value
    if not isinstance(reference, str) or not 0 < len(reference) <= 1000:
        raise BadButton
    person = await desk.person(click.user, click.user_team)
    check_may_decide(person)
    kind = _KINDS[click.action_id]
    accepted = await desk.store.accept(
        Inbound(
            key=f"{kind}:{click.thread.id}:{reference}",
            kind=kind,
            thread=click.thread,
            user=click.user,
            opens=False,
        )
    )
    if not accepted:
        desk.tell(click.thread, click.user, _KNOWN)
        return
    done = "Trying again" if kind is InboundKind.RETRY else "Asking again"
    drawn = Drawn(
        text=f"This run stopped. {done}, as {escape(person.name)} asked.",
        blocks=[
            section(
                f":arrows_counterclockwise: This run stopped. *{done}*, as {words.mention(person)} asked."
            ),
            context(f"Reference {code(reference)}"),
        ],
    )
    desk.background.start("retry shown", desk.client.show(click.channel, click.message_ts, drawn))
