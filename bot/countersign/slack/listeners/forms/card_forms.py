"""The forms behind a card's buttons. Who may decide is checked again at the submission."""

import asyncio
import re
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Person
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.review import Review
from countersign.i18n import N_, _
from countersign.interrupts import Form, ReviewRow
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import InvalidReference, ModalReference
from countersign.slack.forms.modal import PAGE_ACTION, form_view, notice_view, submitted_values
from countersign.slack.forms.pagination import (
    CarriedInputs,
    FormStateTooLargeError,
    changed_inputs,
    decode_state,
    encode_state,
    pages,
)
from countersign.slack.listeners.acknowledgement import acknowledge_submission
from countersign.slack.listeners.buttons.card_decision import anchored, decide, decision_form
from countersign.slack.listeners.buttons.click_response import refresh_list_of_form
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error
from countersign.slack.listeners.forms.form_opening import form_modal

_TOO_MUCH_TO_KEEP = N_("Your changes are too long to keep on another page. Submit the form from this page.")


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_submission(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await acknowledge_submission(ack, view, _submit(context, body, view), _("Nothing was changed"))

    async def on_page(ack: Ack, body: dict[str, Any]) -> None:
        try:
            new_view = await _other_page(context, body)
        except CountersignError as error:
            new_view = notice_view(_("Nothing was changed"), describe_error(error))
        view = body["view"]
        context.background_tasks.start(
            "show_page_of_form",
            context.api.call("views.update", view_id=view["id"], hash=view.get("hash"), view=new_view),
        )
        await ack()

    app.view(anchored(card_actions.FORM_PATTERN))(on_submission)
    app.action(re.compile(rf"^{PAGE_ACTION}:\d+$"))(on_page)


@dataclass(frozen=True, kw_only=True)
class _OpenForm:
    """An open form of somebody who may decide."""

    reference: ModalReference
    carried: CarriedInputs
    action_id: str  # of the button behind which it is
    person: Person
    review: Review
    row: ReviewRow
    reason: bool  # whether this person has to give one

    @property
    def form(self) -> Form | None:
        return decision_form(self.row, self.action_id, reason=self.reason)


async def _load_form(context: ListenerContext, body: dict[str, Any], view: dict[str, Any]) -> _OpenForm:
    packed_reference, _, encoded = str(view.get("private_metadata")).partition(" ")
    ref = ModalReference.unpack(packed_reference)
    action_id = str(view.get("callback_id"))
    kind = card_actions.decision_kind(action_id)
    if kind is None:
        raise InvalidReference
    user = body["user"]
    person = await context.person(str(user["id"]), ref.channel)
    known = None if action_id == card_actions.UPDATE else kind
    review = await context.load_for_decision(ref.card, ref.channel, person, known)
    await context.check_card_message(review.approval, ref.message_ts, shown=False)
    review = await asyncio.to_thread(review.for_reader)
    return _OpenForm(
        reference=ref,
        carried=decode_state(encoded),
        action_id=action_id,
        person=person,
        review=review,
        row=review.request.rows[ref.card.row],
        reason=await context.decide.reason_required(review.approval, ref.card.row, person, kind),
    )


async def _other_page(context: ListenerContext, body: dict[str, Any]) -> Block:
    """Another page of the form, with what was typed so far. Raises CountersignError."""
    view = body["view"]
    form_state = await _load_form(context, body, view)
    form = form_state.form
    page = int(body["actions"][0]["action_id"].rpartition(":")[2])
    if form is None or page >= len(await asyncio.to_thread(pages, form)):
        raise InvalidReference
    carried = changed_inputs(form, form_state.carried, view)
    try:
        encoded = encode_state(carried)
    except FormStateTooLargeError:  # the same page again: its inputs keep what was typed
        modal = form_modal(
            form_state.review, form_state.action_id, form_state.reference, encode_state(form_state.carried)
        )
        return form_view(
            form, replace(modal, warning=_(_TOO_MUCH_TO_KEEP)), form_state.reference.page, form_state.carried
        )
    turned = replace(form_state.reference, page=page)
    modal = form_modal(form_state.review, form_state.action_id, turned, encoded)
    return await asyncio.to_thread(form_view, form, modal, page, carried)


async def _submit(context: ListenerContext, body: dict[str, Any], view: dict[str, Any]) -> None:
    """Raises FormValidationError or InvalidDecision for what was typed; any other CountersignError else."""
    form_state = await _load_form(context, body, view)
    ref, form = form_state.reference, form_state.form
    raw = None if form is None else submitted_values(form, view, form_state.carried)
    # In a worker thread: validating takes up to a second, and must not delay other acknowledgements.
    decision = await asyncio.to_thread(
        decide, form_state.row, form_state.action_id, raw, reason=form_state.reason
    )

    async def make() -> DecisionRequest:
        return DecisionRequest(
            approval_id=ref.card.approval_id,
            digest=ref.card.digest,
            channel=ref.channel,
            decisions={ref.card.row: decision},
            via="form",
        )

    await context.save_decision(make, form_state.person)
    refresh_list_of_form(context, ref, form_state.person.id)
