"""The buttons of a card: approve at once, or open the form behind a decision; and everything, to read.

Each is acknowledged after it was saved, and only then: a click that Slack counts as taken is never lost.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.approval import Status
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import AlreadyDecided, CountersignError, NotPending
from countersign.approvals.person import Person
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.errors import SlackRefused
from countersign.flow.review import Review
from countersign.interrupts import ReviewRow, single_line
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards import card_actions
from countersign.slack.cards.details_view import details_view
from countersign.slack.cards.references import CardReference, ModalReference
from countersign.slack.forms.modal import Modal, fit_form, form_view
from countersign.slack.listeners.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error

_TITLES = {
    DecisionKind.EDIT: ("Edit", "Approve with edits"),
    DecisionKind.REJECT: ("Reject", "Reject"),
    DecisionKind.RESPOND: ("Answer", "Send"),
    DecisionKind.APPROVE: ("Approve", "Approve"),
}
_TRIGGER_EXPIRED = "That took too long, and Slack closed the way to a form. Please press the button again."
_FORM_REFUSED = "Slack would not open the form ({error}). Nothing was decided."


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_decision(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, ButtonClick.from_payload(body, context.workspace.team), _decide)
        await ack()

    async def on_approve_rest(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(
            context, ButtonClick.from_payload(body, context.workspace.team), _approve_rest
        )
        await ack()

    async def on_view(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(
            context, ButtonClick.from_payload(body, context.workspace.team), _open_details
        )
        await ack()

    async def on_page(ack: Ack, body: dict[str, Any]) -> None:
        await _show_page(context, body)
        await ack()

    app.action(re.compile(r"^approval:(approve|edit|reject|respond|answer)$"))(on_decision)
    app.action(card_actions.APPROVE_REST)(on_approve_rest)
    app.action(card_actions.VIEW)(on_view)
    app.action(re.compile(rf"^{card_actions.PAGE}:\d+$"))(on_page)


async def _reporting_errors(
    context: ListenerContext,
    click: ButtonClick,
    act: Callable[[ListenerContext, ButtonClick, CardReference], Awaitable[None]],
) -> None:
    """What stops a click is told to whoever clicked, and to nobody else."""
    try:
        await act(context, click, CardReference.unpack(click.value))
    except CountersignError as error:
        context.notify_user(click.thread, click.user, describe_error(error))


async def _decide(context: ListenerContext, click: ButtonClick, ref: CardReference) -> None:
    kind = card_actions.decision_kind(click.action_id)
    assert kind is not None, "the listener's pattern names decisions only"
    person = await context.person(click.user, click.user_team)
    review = await context.load_for_decision(ref, click.channel, person)
    await context.check_card_message(review.approval, click.message_ts, shown=click.on_message)
    row = review.request.rows[ref.row]
    form = row.forms.get(kind)
    if kind not in row.allowed or form is None:
        decision = row.decide(kind)
        await context.save_decision(
            lambda: _decision_request(ref, click.channel, {ref.row: decision}), person, review
        )
        return
    reference = ModalReference(card=ref, channel=click.channel, message_ts=click.message_ts)
    view = form_view(fit_form(form), form_modal(review, kind, reference))
    context.background_tasks.start("open form", _open_view(context, click, view))


async def _decision_request(
    ref: CardReference, channel: str, decisions: dict[int, Decision]
) -> DecisionRequest:
    return DecisionRequest(
        approval_id=ref.approval_id, digest=ref.digest, channel=channel, decisions=decisions, via="button"
    )


async def _approve_rest(context: ListenerContext, click: ButtonClick, ref: CardReference) -> None:
    """Approve the rows that are open at this moment, whichever they were when the card was drawn."""
    person = await context.person(click.user, click.user_team)

    async def make() -> DecisionRequest:
        approval = (await context.load_for_reading(ref, click.channel)).approval
        if approval.status is not Status.PENDING:
            raise NotPending
        await context.check_card_message(approval, click.message_ts, shown=click.on_message)
        rows = {row: Decision(kind=DecisionKind.APPROVE) for row in approval.open_rows}
        return await _decision_request(ref, click.channel, rows)

    await _save_despite_other_votes(context, make, person)


async def _save_despite_other_votes(
    context: ListenerContext, make: Callable[[], Awaitable[DecisionRequest]], person: Person
) -> None:
    """A row that somebody decided in between is no reason to leave the others."""
    for _ in range(3):
        try:
            await context.save_decision(make, person)
        except AlreadyDecided:
            continue
        return
    raise AlreadyDecided


async def _open_details(context: ListenerContext, click: ButtonClick, ref: CardReference) -> None:
    review = await context.load_for_reading(ref, click.channel)
    modal = ModalReference(card=ref, channel=click.channel, message_ts=click.message_ts)
    context.background_tasks.start("open view", _open_view(context, click, details_view(review, modal)))


async def _show_page(context: ListenerContext, body: dict[str, Any]) -> None:
    """Show another page of the view that is open."""
    view, action = body["view"], body["actions"][0]
    ref = ModalReference.unpack(action.get("value"))
    review = await context.load_for_reading(ref.card, ref.channel)
    new_view = details_view(review, ref)
    context.background_tasks.start(
        "turn page",
        context.api.call("views.update", view_id=view["id"], hash=view.get("hash"), view=new_view),
    )


async def _open_view(context: ListenerContext, click: ButtonClick, view: Block) -> None:
    try:
        await context.api.call("views.open", trigger_id=click.trigger_id, view=view)
    except SlackRefused as refused:
        late = refused.error in {"expired_trigger_id", "trigger_expired", "trigger_exchanged"}
        text = _TRIGGER_EXPIRED if late else _FORM_REFUSED.format(error=refused.error)
        await context.client.post_ephemeral(click.thread, click.user, text)
    except CountersignError as error:
        await context.client.post_ephemeral(click.thread, click.user, describe_error(error))


def form_modal(
    review: Review, kind: DecisionKind, reference: ModalReference, encoded_state: str = ""
) -> Modal:
    """What stands around the form of a decision; `encoded_state` is what was typed on its other pages."""
    request = review.request
    row = request.rows[reference.card.row]
    title, submit = _TITLES[kind]
    return Modal(
        callback_id=card_actions.action_id(kind, plain_question=request.plain_question),
        title=title,
        submit=submit,
        private_metadata=f"{reference.pack()} {encoded_state}".strip(),
        heading=request.title if len(request.rows) == 1 else single_line(row.action or request.title),
        explanation=request.description or "",
    )


def with_fitted_form(row: ReviewRow, kind: DecisionKind) -> ReviewRow:
    """The row with its form as the modal shows it."""
    form = row.forms.get(kind)
    return row if form is None else replace(row, forms={**row.forms, kind: fit_form(form)})
