"""The buttons of a card: approve at once, or open the form of another decision.

A click is acknowledged only after its decision is saved, so an acknowledged click is never lost.
"""

import asyncio
import re
from collections.abc import Callable, Collection

from slack_bolt.async_app import AsyncApp

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import AlreadyDecided, QuestionChanged
from countersign.approvals.person import Person
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.review import Review
from countersign.i18n import N_, _
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.buttons.reject_all import rows_for_reject_all
from countersign.slack.cards.open_card import rows_for_approve_all
from countersign.slack.cards.values.references import (
    CardReference,
    InvalidReference,
    ModalReference,
    RowsReference,
)
from countersign.slack.forms.modal import form_view
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.buttons.button_listener import Handler, button_listener
from countersign.slack.listeners.buttons.card_decision import anchored, decide, decision_form
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.listeners.forms.form_opening import form_modal, open_view

_NOT_SHOWN = N_("This card changed. Read it again, then click the button again.")
_MAX_RACES = 3  # conflicts with other votes after which "Approve all" is retried


def register(app: AsyncApp, context: ListenerContext) -> None:
    handlers: dict[str | re.Pattern[str], Handler] = {
        anchored(card_actions.FORM_PATTERN): _decide,
        anchored(card_actions.OPTION_PATTERN): _choose,
        card_actions.OPTIONS: _choose,
        card_actions.APPROVE_REST: _approve_rest,
        card_actions.REJECT_REST: _reject_rest,
        card_actions.WITHDRAW: _withdraw,
        card_actions.UNDO: _undo,
        card_actions.CANCEL: _cancel,
        card_actions.CLAIM: _claim,
    }
    for action_id, handler in handlers.items():
        app.action(action_id)(button_listener(context, handler))


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
    reference = ModalReference(
        card=ref, channel=click.channel, message_ts=click.message_ts, list_url=click.list_url
    )
    view = await asyncio.to_thread(_first_page, review.for_reader, click.action_id, reference, reason)
    context.background_tasks.start("open_form", open_view(context, click, view))


def _first_page(read: Callable[[], Review], action_id: str, reference: ModalReference, reason: bool) -> Block:
    review = read()
    form = decision_form(review.request.rows[reference.card.row], action_id, reason=reason)
    assert form is not None, "the button has a form in every language"
    return form_view(form, form_modal(review, action_id, reference))


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
        via=click.via,
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
            raise QuestionChanged(_(_NOT_SHOWN))
        return await _decision_request(ref, click, {row: Decision(kind=kind) for row in rows})

    for attempt in range(_MAX_RACES):
        try:
            await context.save_decision(make, person)
            break
        except AlreadyDecided:  # somebody decided one of the rows in between: decide the others
            if attempt == _MAX_RACES - 1:
                raise


async def _withdraw(context: ListenerContext, click: ButtonClick) -> None:
    """Withdraw the vote of the person who clicked."""
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    saved = await context.withdraw_vote(ref.approval_id, ref.row, click.channel, person)
    context.background_tasks.start("update_card", context.delivery.update_card(saved.approval.id, saved))


async def _undo(context: ListenerContext, click: ButtonClick) -> None:
    """Undo the decision, with the votes of the person who clicked."""
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    saved = await context.undo_decision(ref.approval_id, click.channel, person)
    context.background_tasks.start("update_card", context.delivery.update_card(saved.approval.id, saved))


async def _cancel(context: ListenerContext, click: ButtonClick) -> None:
    """Cancel the request, for the requester."""
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    saved = await context.cancel_approval(ref.approval_id, ref.digest, click.channel, person)
    context.show_decision(saved)


async def _claim(context: ListenerContext, click: ButtonClick) -> None:
    """Claim the approval for the person who clicked, or release it."""
    ref = CardReference.unpack(click.value)
    person = await context.person(click.user, click.channel)
    saved = await context.claim_approval(ref.approval_id, click.channel, person)
    context.background_tasks.start("update_card", context.delivery.update_card(saved.approval.id, saved))
