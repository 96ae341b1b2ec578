"""Giving a grant with the button of a card, and revoking one with the button of its list."""

from slack_bolt.async_app import AsyncApp

from countersign.approvals.decision import Decision, DecisionKind
from countersign.flow.decisions.decide import DecisionRequest
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import CardReference
from countersign.slack.listeners.buttons.button_click import ButtonClick, Surface
from countersign.slack.listeners.buttons.button_listener import button_listener
from countersign.slack.listeners.commands.grant_list import revoke
from countersign.slack.listeners.context import ListenerContext


def register(app: AsyncApp, context: ListenerContext) -> None:
    app.action(card_actions.GRANT)(button_listener(context, _approve_and_grant))
    app.action(card_actions.REVOKE_GRANT)(button_listener(context, _revoke))


async def _revoke(context: ListenerContext, click: ButtonClick) -> None:
    text = await revoke(context, click.user, str(click.value))
    if click.surface is not Surface.HOME:  # which no longer lists it
        context.notify_user(click.thread, click.user, text)


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
            via=click.via,
            grant=True,
        )

    await context.save_decision(make, person, review)
    thread = review.thread
    context.background_tasks.start("tell_grant", context.delivery.deliver_thread(thread.channel, thread.ts))
