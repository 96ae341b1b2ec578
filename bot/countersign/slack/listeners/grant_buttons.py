"""Giving a grant with the button of a card, and revoking one with the button of its list."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.flow.decisions.decide import DecisionRequest
from countersign.slack.cards import card_actions
from countersign.slack.cards.references import CardReference
from countersign.slack.listeners.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error
from countersign.slack.listeners.grant_list import revoke


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_grant(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        try:
            await _approve_and_grant(context, click)
        except CountersignError as error:
            context.notify_user(click.thread, click.user, describe_error(error))
        await ack()

    async def on_revoke(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        text = await revoke(context, click.user, str(click.value))
        context.notify_user(click.thread, click.user, text)
        await ack()

    app.action(card_actions.GRANT)(on_grant)
    app.action(card_actions.REVOKE_GRANT)(on_revoke)


async def _approve_and_grant(context: ListenerContext, click: ButtonClick) -> None:
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    review = await context.load_for_decision(ref, click.channel, person, DecisionKind.APPROVE)
    await context.check_card_message(review.approval, click.message_ts, shown=click.on_message)

    async def make() -> DecisionRequest:
        return DecisionRequest(
            approval_id=ref.approval_id,
            digest=ref.digest,
            channel=click.channel,
            decisions={ref.row: Decision(kind=DecisionKind.APPROVE)},
            via="button",
            grant=True,
        )

    await context.save_decision(make, person, review)
    thread = review.thread
    context.background_tasks.start("tell grant", context.delivery.deliver_thread(thread.channel, thread.ts))
