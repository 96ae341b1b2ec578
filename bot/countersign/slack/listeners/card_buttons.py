"""The buttons of a card: approve at once, open the form of another decision, or open *Details*.

A click is acknowledged only after its decision is saved: a click that Slack counts as taken is never lost.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import AlreadyDecided, CountersignError, QuestionChanged
from countersign.approvals.person import Person
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.errors import SlackRefused
from countersign.flow.review import Review
from countersign.interrupts import ReviewRow, action_label
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards import card_actions
from countersign.slack.cards.details_view import details_view, first_page
from countersign.slack.cards.open_card import rows_for_approve_all
from countersign.slack.cards.references import CardReference, InvalidReference, ModalReference, RowsReference
from countersign.slack.cards.reject_all import rows_for_reject_all
from countersign.slack.forms.modal import Modal, form_view, notice_view
from countersign.slack.listeners.button_click import ButtonClick
from countersign.slack.listeners.card_decision import decide, decision_form, whole
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error

_TITLES = {
    DecisionKind.EDIT: ("Edit", "Approve with edits"),
    DecisionKind.REJECT: ("Reject", "Reject"),
    DecisionKind.RESPOND: ("Answer", "Send answer"),
    DecisionKind.APPROVE: ("Approve", "Approve"),
}
_EXPIRED_TRIGGERS = {"expired_trigger_id", "trigger_expired", "trigger_exchanged"}
_TRIGGER_EXPIRED = "Slack took too long to open the form. Click the button again."
_FORM_REFUSED = "Slack couldn't open the form ({error}). Nothing was changed. Tell your admin."
_NOT_SHOWN = "This card changed. Read it again, then click the button again."
_MAX_RACES = 3  # votes of others that "Approve all" goes on after


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_decision(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, body, _decide)
        await ack()

    async def on_approve_rest(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, body, _approve_rest)
        await ack()

    async def on_reject_rest(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, body, _reject_rest)
        await ack()

    async def on_withdraw(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, body, _withdraw)
        await ack()

    async def on_undo(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, body, _undo)
        await ack()

    async def on_cancel(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, body, _cancel)
        await ack()

    async def on_claim(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, body, _claim)
        await ack()

    async def on_details(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, body, _open_details)
        await ack()

    async def on_page(ack: Ack, body: dict[str, Any]) -> None:
        await _show_page(context, body)
        await ack()

    async def on_option(ack: Ack, body: dict[str, Any]) -> None:
        await _reporting_errors(context, body, _choose)
        await ack()

    app.action(whole(card_actions.FORM_PATTERN))(on_decision)
    app.action(whole(card_actions.OPTION_PATTERN))(on_option)
    app.action(card_actions.OPTIONS)(on_option)
    app.action(card_actions.APPROVE_REST)(on_approve_rest)
    app.action(card_actions.REJECT_REST)(on_reject_rest)
    app.action(card_actions.WITHDRAW)(on_withdraw)
    app.action(card_actions.UNDO)(on_undo)
    app.action(card_actions.CANCEL)(on_cancel)
    app.action(card_actions.CLAIM)(on_claim)
    app.action(card_actions.VIEW)(on_details)
    app.action(card_actions.DETAILS)(on_details)
    app.action(re.compile(rf"^{card_actions.PAGE}:\d+$"))(on_page)


async def _reporting_errors(
    context: ListenerContext,
    body: dict[str, Any],
    handle: Callable[[ListenerContext, ButtonClick], Awaitable[None]],
) -> None:
    """Handle the click; an error is reported to the person who clicked, and to nobody else."""
    click = ButtonClick.from_payload(body, context.workspace.team)
    try:
        await handle(context, click)
    except CountersignError as error:
        context.notify_user(click.thread, click.user, describe_error(error))


async def _decide(context: ListenerContext, click: ButtonClick) -> None:
    """Save a decision that needs no form, else open its form."""
    kind = card_actions.decision_kind(click.action_id)
    assert kind is not None, "the listener's pattern matches decisions only"
    # What is decided behind "Answer and change the state" is known once it is submitted.
    known = None if click.action_id == card_actions.UPDATE else kind
    ref, person, review = await _load_clicked(context, click, known)
    row = review.request.rows[ref.row]
    reason = await context.decide.reason_required(review.approval, ref.row, person, kind)
    form = decision_form(row, click.action_id, reason=reason)
    if form is None:
        await _save(context, click, ref, person, review, decide(row, click.action_id, None, reason=reason))
        return
    reference = ModalReference(card=ref, channel=click.channel, message_ts=click.message_ts)
    modal = form_modal(review, click.action_id, reference)
    view = await asyncio.to_thread(form_view, form, modal)
    context.background_tasks.start("open form", open_view(context, click, view))


async def _choose(context: ListenerContext, click: ButtonClick) -> None:
    """Save the option that was clicked, or chosen in the menu."""
    found = card_actions.OPTION_PATTERN.fullmatch(click.action_id)
    position = found[1] if found else click.choice
    if position is None or not position.isdecimal():
        raise InvalidReference
    ref, person, review = await _load_clicked(context, click, DecisionKind.RESPOND)
    await _save(context, click, ref, person, review, review.request.rows[ref.row].choose(int(position)))


async def _load_clicked(
    context: ListenerContext, click: ButtonClick, kind: DecisionKind | None
) -> tuple[CardReference, Person, Review]:
    """The row of the card, who clicked, and the approval, if they may decide it now."""
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    review = await context.load_for_decision(ref, click.channel, person, kind)
    await context.check_card_message(review.approval, click.message_ts, shown=click.on_message)
    return ref, person, review


async def _save(
    context: ListenerContext,
    click: ButtonClick,
    ref: CardReference,
    person: Person,
    review: Review,
    decision: Decision,
) -> None:
    await context.save_decision(lambda: _decision_request(ref, click, {ref.row: decision}), person, review)


async def _decision_request(
    ref: CardReference | RowsReference, click: ButtonClick, decisions: dict[int, Decision]
) -> DecisionRequest:
    return DecisionRequest(
        approval_id=ref.approval_id,
        digest=ref.digest,
        channel=click.channel,
        decisions=decisions,
        via="button",
    )


async def _approve_rest(context: ListenerContext, click: ButtonClick) -> None:
    """A row that the card does not show in full is refused: nobody can have read it there."""
    await _decide_rest(context, click, DecisionKind.APPROVE, rows_for_approve_all)


async def _reject_rest(context: ListenerContext, click: ButtonClick) -> None:
    await _decide_rest(context, click, DecisionKind.REJECT, rows_for_reject_all)


async def _decide_rest(
    context: ListenerContext,
    click: ButtonClick,
    kind: DecisionKind,
    covered: Callable[[Review], Collection[int]],
) -> None:
    """Decide the rows that the button was shown with, as far as they are still open.

    `covered` are those that the button may decide now.
    """
    ref = RowsReference.unpack(click.value)
    person = await context.person(click.user, click.channel)

    async def make() -> DecisionRequest:
        review = await context.load_for_reading(ref.approval_id, click.channel)
        approval = review.approval
        rows = [row for row in ref.rows if row in approval.open_rows]
        approval.check_open(rows[0] if rows else ref.rows[0], ref.digest)
        await context.check_card_message(approval, click.message_ts, shown=click.on_message)
        if not set(rows) <= set(covered(review)):
            raise QuestionChanged(_NOT_SHOWN)
        return await _decision_request(ref, click, {row: Decision(kind=kind) for row in rows})

    for attempt in range(_MAX_RACES):
        try:
            await context.save_decision(make, person)
            break
        except AlreadyDecided:  # somebody decided one of the rows in between: decide the others
            if attempt == _MAX_RACES - 1:
                raise


async def _withdraw(context: ListenerContext, click: ButtonClick) -> None:
    """Take back the vote of whoever clicked."""
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    saved = await context.withdraw_vote(ref.approval_id, ref.row, click.channel, person)
    context.background_tasks.start("update card", context.delivery.update_card(saved.approval.id, saved))


async def _undo(context: ListenerContext, click: ButtonClick) -> None:
    """Take the decision back, with the votes of whoever clicked."""
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    saved = await context.undo_decision(ref.approval_id, click.channel, person)
    context.background_tasks.start("update card", context.delivery.update_card(saved.approval.id, saved))


async def _cancel(context: ListenerContext, click: ButtonClick) -> None:
    """Take the request back, for whoever started the run."""
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    saved = await context.cancel_approval(ref.approval_id, ref.digest, click.channel, person)
    context.show_decision(saved)


async def _claim(context: ListenerContext, click: ButtonClick) -> None:
    """Say that whoever clicked has it in hand, or no more."""
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    saved = await context.claim_approval(ref.approval_id, click.channel, person)
    context.background_tasks.start("update card", context.delivery.update_card(saved.approval.id, saved))


async def _open_details(context: ListenerContext, click: ButtonClick) -> None:
    ref = CardReference.unpack(click.value)
    await context.check_may_read(click.user, click.channel)
    review = await context.load_for_reading(ref.approval_id, click.channel)
    modal = ModalReference(
        card=ref,
        channel=click.channel,
        message_ts=click.message_ts,
        page=await asyncio.to_thread(first_page, review, ref),
    )
    view = await asyncio.to_thread(details_view, review, modal)
    context.background_tasks.start("open details", open_view(context, click, view))


async def _show_page(context: ListenerContext, body: dict[str, Any]) -> None:
    """Show another page of the details that are open, or why it is not shown."""
    view, action = body["view"], body["actions"][0]
    try:
        ref = ModalReference.unpack(action.get("value"))
        await context.check_may_read(str(body["user"]["id"]), ref.channel)
        review = await context.load_for_reading(ref.card.approval_id, ref.channel)
        shown = await asyncio.to_thread(details_view, review, ref)
    except CountersignError as error:
        shown = notice_view("Not shown", describe_error(error))
    context.background_tasks.start(
        "show page of details",
        context.api.call("views.update", view_id=view["id"], hash=view.get("hash"), view=shown),
    )


async def open_view(context: ListenerContext, click: ButtonClick, view: Block) -> None:
    try:
        await context.api.call("views.open", trigger_id=click.trigger_id, view=view)
    except SlackRefused as refused:
        expired = refused.error in _EXPIRED_TRIGGERS
        text = _TRIGGER_EXPIRED if expired else _FORM_REFUSED.format(error=refused.error)
        await context.client.post_ephemeral(click.thread, click.user, text)
    except CountersignError as error:
        await context.client.post_ephemeral(click.thread, click.user, describe_error(error))


def form_modal(review: Review, action_id: str, reference: ModalReference, encoded_state: str = "") -> Modal:
    """The frame of a decision's form; `encoded_state` is what was typed on its other pages."""
    request = review.shown
    row = request.rows[reference.card.row]
    kind = card_actions.decision_kind(action_id)
    assert kind is not None, "the listeners' patterns match decisions only"
    title, submit = _form_words(action_id, kind, row)
    return Modal(
        callback_id=action_id,
        title=title,
        submit=submit,
        private_metadata=f"{reference.pack()} {encoded_state}".strip(),
        heading=request.title if len(request.rows) == 1 else action_label(row.action or request.title),
        explanation=request.description or "",
    )


def _form_words(action_id: str, kind: DecisionKind, row: ReviewRow) -> tuple[str, str]:
    """The form's title and the label of the button that sends it."""
    if action_id == card_actions.OTHER:
        return card_actions.OTHER_LABEL, "Send answer"
    if kind is DecisionKind.RESPOND and DecisionKind.APPROVE in row.allowed:
        return "Respond", "Send response"
    return _TITLES[kind]
