"""*Cancel run*: a form with a reason, behind a button of cards whose graph takes no rejection.

For an approver it counts as a rejection under the card's rule. The requester cancels the run alone.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import NotPending
from countersign.approvals.person import Person
from countersign.flow.decisions.cancel import NotCancellable, may_be_cancelled
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.review import Review
from countersign.i18n import N_, _
from countersign.interrupts import MESSAGE, Form
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import CardReference, ModalReference
from countersign.slack.forms.modal import Modal, form_view, submitted_values
from countersign.slack.listeners.acknowledgement import acknowledge_submission
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.buttons.button_listener import button_listener
from countersign.slack.listeners.buttons.click_response import refresh_list_of_form
from countersign.slack.listeners.context import Ack, ListenerContext
from countersign.slack.listeners.forms.form_opening import open_view

_EXPLANATION = N_(
    "The agent gets no answer and does nothing more. You can't undo this. "
    "To start over, send a new message in the thread."
)


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_form(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await acknowledge_submission(ack, view, _submit(context, body, view), _("Nothing was changed"))

    app.action(card_actions.CANCEL_RUN)(button_listener(context, _open))
    app.view(card_actions.CANCEL_RUN)(on_form)


@dataclass(frozen=True, kw_only=True)
class _Cancellation:
    """Somebody who may cancel the run of this review now, and the form that asks them why."""

    person: Person
    review: Review
    as_requester: bool
    form: Form


async def _open(context: ListenerContext, click: ButtonClick) -> None:
    ref = CardReference.unpack(click.value)
    reference = ModalReference(
        card=ref, channel=click.channel, message_ts=click.message_ts, list_url=click.list_url
    )
    found = await _load(context, reference, click.user, shown=click.on_message)
    modal = Modal(
        callback_id=card_actions.CANCEL_RUN,
        title=_(card_actions.CANCEL_RUN_LABEL),
        submit=_(card_actions.CANCEL_RUN_LABEL),
        close=_("Keep waiting"),
        private_metadata=reference.pack(),
        heading=found.review.shown.title,
        explanation=_(_EXPLANATION),
    )
    view = form_view(found.form, modal)
    context.background_tasks.start("open_form", open_view(context, click, view))


async def _submit(context: ListenerContext, body: dict[str, Any], view: dict[str, Any]) -> None:
    reference = ModalReference.unpack(view.get("private_metadata"))
    ref = reference.card
    found = await _load(context, reference, str(body["user"]["id"]), shown=False)
    row = replace(found.review.unrestricted_request.rows[ref.row], cancellation=found.form)
    decision = row.cancel_run(submitted_values(found.form, view))
    if found.as_requester:
        digest = found.review.approval.shown_digest
        saved = await context.cancel_approval(
            ref.approval_id, digest, reference.channel, found.person, decision.message
        )
        context.show_decision(saved)
        refresh_list_of_form(context, reference, found.person.id)
        return

    async def make() -> DecisionRequest:
        return DecisionRequest(
            approval_id=ref.approval_id,
            digest=ref.digest,
            channel=reference.channel,
            decisions={ref.row: decision},
            via="form",
        )

    await context.save_decision(make, found.person)
    refresh_list_of_form(context, reference, found.person.id)


async def _load(
    context: ListenerContext, reference: ModalReference, user: str, *, shown: bool
) -> _Cancellation:
    """Raises what `Decide.find_open` raises for whoever may not, and NotCancellable."""
    ref, channel = reference.card, reference.channel
    person = await context.person(user, channel)
    review = await context.store.approval(ref.approval_id)
    if review is None:
        raise NotPending
    review = await asyncio.to_thread(review.for_reader)
    approval = review.approval
    if may_be_cancelled(approval) and person.id == approval.requester:
        if channel not in {approval.channel, review.thread.channel}:
            raise NotPending
        row = next(iter(approval.open_rows), 0)
        approval.check_open(row, approval.digest_of(row))
        rows = review.unrestricted_request.rows
        form = next((row.cancellation for row in rows if row.cancellation is not None), None)
        if form is None:
            raise NotCancellable
        return _Cancellation(person=person, review=review, as_requester=True, form=form)
    kind = DecisionKind.REJECT
    review = await context.load_for_decision(ref, channel, person, kind)
    await context.check_card_message(review.approval, reference.message_ts, shown=shown)
    review = await asyncio.to_thread(review.for_reader)
    form = review.request.rows[ref.row].cancellation
    if form is None:
        raise NotCancellable
    if await context.decide.reason_required(review.approval, ref.row, person, kind):
        fields = tuple(replace(each, required=each.pointer == MESSAGE) for each in form.fields)
        form = replace(form, fields=fields)
    return _Cancellation(person=person, review=review, as_requester=False, form=form)
