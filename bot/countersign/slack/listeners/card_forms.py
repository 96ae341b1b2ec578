"""The forms behind a card's buttons: authority is checked again, errors appear at their field."""

import re
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Person
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.review import Review
from countersign.interrupts import ReviewRow
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards import card_actions
from countersign.slack.cards.references import InvalidReference, ModalReference
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
from countersign.slack.listeners.card_buttons import form_modal, with_fitted_form
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error

_TOO_MUCH_TO_KEEP = (
    "What you changed is too much to keep while you look at another page. Please send this page as it is."
)


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_submission(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await acknowledge_submission(ack, view, _submit(context, body, view), "Nothing was changed")

    async def on_page(ack: Ack, body: dict[str, Any]) -> None:
        try:
            new_view = await _other_page(context, body)
        except CountersignError as error:
            new_view = notice_view("Nothing was changed", describe_error(error))
        view = body["view"]
        context.background_tasks.start(
            "turn form",
            context.api.call("views.update", view_id=view["id"], hash=view.get("hash"), view=new_view),
        )
        await ack()

    app.view(re.compile(r"^approval:(approve|edit|reject|respond|answer)$"))(on_submission)
    app.action(re.compile(rf"^{PAGE_ACTION}:\d+$"))(on_page)


@dataclass(frozen=True, kw_only=True)
class _OpenForm:
    """A form that somebody who may decide has before them."""

    reference: ModalReference
    carried: CarriedInputs
    kind: DecisionKind
    person: Person
    review: Review
    row: ReviewRow


async def _load_form(context: ListenerContext, body: dict[str, Any], view: dict[str, Any]) -> _OpenForm:
    packed_reference, _, encoded = str(view.get("private_metadata")).partition(" ")
    ref = ModalReference.unpack(packed_reference)
    kind = card_actions.decision_kind(str(view.get("callback_id")))
    if kind is None:
        raise InvalidReference
    user = body["user"]
    person = await context.person(str(user["id"]), user.get("team_id"))
    review = await context.load_for_decision(ref.card, ref.channel, person)
    await context.check_card_message(review.approval, ref.message_ts, shown=False)
    row = with_fitted_form(review.request.rows[ref.card.row], kind)
    return _OpenForm(
        reference=ref, carried=decode_state(encoded), kind=kind, person=person, review=review, row=row
    )


async def _other_page(context: ListenerContext, body: dict[str, Any]) -> Block:
    """Another page of the form, with what was typed so far."""
    view = body["view"]
    form_state = await _load_form(context, body, view)
    form = form_state.row.forms.get(form_state.kind)
    page = int(body["actions"][0]["action_id"].rpartition(":")[2])
    if form is None or page >= len(pages(form)):
        raise InvalidReference
    carried = changed_inputs(form, form_state.carried, view)
    try:
        encoded = encode_state(carried)
    except FormStateTooLargeError:  # the same page again: Slack leaves in its inputs what was typed
        modal = form_modal(
            form_state.review, form_state.kind, form_state.reference, encode_state(form_state.carried)
        )
        return form_view(
            form, replace(modal, warning=_TOO_MUCH_TO_KEEP), form_state.reference.page, form_state.carried
        )
    modal = form_modal(form_state.review, form_state.kind, replace(form_state.reference, page=page), encoded)
    return form_view(form, modal, page, carried)


async def _submit(context: ListenerContext, body: dict[str, Any], view: dict[str, Any]) -> None:
    """Raises FormValidationError or InvalidDecision for what was typed; any other CountersignError else."""
    form_state = await _load_form(context, body, view)
    ref, form = form_state.reference, form_state.row.forms.get(form_state.kind)
    decision: Decision = form_state.row.decide(
        form_state.kind, None if form is None else submitted_values(form, view, form_state.carried)
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
