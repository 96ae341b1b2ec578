"""The buttons of a card: approve at once, or open the form behind a decision; and everything, to read.

Each is acknowledged after it was saved, and only then: a click that Slack counts as taken is never lost.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.approval import Approval, Status
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import AlreadyDecided, CountersignError, NotPending
from countersign.approvals.person import Person
from countersign.flow.decide import Ballot
from countersign.flow.ports import SlackRefused
from countersign.flow.questions import request_of
from countersign.interrupts import ReviewRow, single_line
from countersign.slack import words
from countersign.slack.blocks import Block
from countersign.slack.card_ref import CardRef, ModalRef
from countersign.slack.desk import Ack, Desk, in_words
from countersign.slack.forms import Modal, fitted, form_view
from countersign.slack.listeners.click import Click
from countersign.slack.whole import whole_view

_TITLES = {
    DecisionKind.EDIT: ("Edit", "Approve with edits"),
    DecisionKind.REJECT: ("Reject", "Reject"),
    DecisionKind.RESPOND: ("Answer", "Send"),
    DecisionKind.APPROVE: ("Approve", "Approve"),
}
_TOO_LATE = "That took too long, and Slack closed the way to a form. Please press the button again."
_NO_FORM = "Slack would not open the form ({error}). Nothing was decided."


def register(app: AsyncApp, desk: Desk) -> None:
    async def on_decision(ack: Ack, body: dict[str, Any]) -> None:
        await _explained(desk, Click.of(body, desk.workspace.team), _press)
        await ack()

    async def on_approve_rest(ack: Ack, body: dict[str, Any]) -> None:
        await _explained(desk, Click.of(body, desk.workspace.team), _approve_rest)
        await ack()

    async def on_view(ack: Ack, body: dict[str, Any]) -> None:
        await _explained(desk, Click.of(body, desk.workspace.team), _view)
        await ack()

    async def on_page(ack: Ack, body: dict[str, Any]) -> None:
        await _turn(desk, body)
        await ack()

    app.action(re.compile(r"^approval:(approve|edit|reject|respond|answer)$"))(on_decision)
    app.action(words.APPROVE_REST)(on_approve_rest)
    app.action(words.VIEW)(on_view)
    app.action(re.compile(rf"^{words.PAGE}:\d+$"))(on_page)


async def _explained(
    desk: Desk, click: Click, act: Callable[[Desk, Click, CardRef], Awaitable[None]]
) -> None:
    """What stops a click is told to whoever clicked, and to nobody else."""
    try:
        await act(desk, click, CardRef.unpack(click.value))
    except CountersignError as error:
        desk.tell(click.thread, click.user, in_words(error))


async def _press(desk: Desk, click: Click, ref: CardRef) -> None:
    kind = words.kind_of(click.action_id)
    assert kind is not None, "the listener's pattern names decisions only"
    person = await desk.person(click.user, click.user_team)
    approval = await desk.look(ref, click.channel, person)
    await desk.check_card(approval, click.message_ts, shown=click.on_message)
    row = request_of(approval).rows[ref.row]
    form = row.forms.get(kind)
    if kind not in row.allowed or form is None:
        decision = row.decide(kind)
        await desk.decided(lambda: _ballot(ref, click.channel, {ref.row: decision}), person, approval)
        return
    place = ModalRef(card=ref, channel=click.channel, message_ts=click.message_ts)
    view = form_view(fitted(form), form_modal(approval, kind, place))
    desk.background.start("open form", _open(desk, click, view))


async def _ballot(ref: CardRef, channel: str, decisions: dict[int, Decision]) -> Ballot:
    return Ballot(
        approval_id=ref.approval_id, digest=ref.digest, channel=channel, decisions=decisions, via="button"
    )


async def _approve_rest(desk: Desk, click: Click, ref: CardRef) -> None:
    """Approve the rows that are open at this moment, whichever they were when the card was drawn."""
    person = await desk.person(click.user, click.user_team)

    async def make() -> Ballot:
        approval = await desk.seen(ref, click.channel)
        if approval.status is not Status.PENDING:
            raise NotPending
        await desk.check_card(approval, click.message_ts, shown=click.on_message)
        rows = {row: Decision(kind=DecisionKind.APPROVE) for row in approval.open_rows}
        return await _ballot(ref, click.channel, rows)

    await _while_others_vote(desk, make, person)


async def _while_others_vote(desk: Desk, make: Callable[[], Awaitable[Ballot]], person: Person) -> None:
    """A row that somebody decided in between is no reason to leave the others."""
    for _ in range(3):
        try:
            await desk.decided(make, person)
        except AlreadyDecided:
            continue
        return
    raise AlreadyDecided


async def _view(desk: Desk, click: Click, ref: CardRef) -> None:
    approval = await desk.seen(ref, click.channel)
    modal = ModalRef(card=ref, channel=click.channel, message_ts=click.message_ts)
    desk.background.start("open view", _open(desk, click, whole_view(approval, modal)))


async def _turn(desk: Desk, body: dict[str, Any]) -> None:
    """Show another page of the view that is open."""
    view, action = body["view"], body["actions"][0]
    ref = ModalRef.unpack(action.get("value"))
    approval = await desk.seen(ref.card, ref.channel)
    turned = whole_view(approval, ref)
    desk.background.start(
        "turn page", desk.api.call("views.update", view_id=view["id"], hash=view.get("hash"), view=turned)
    )


async def _open(desk: Desk, click: Click, view: Block) -> None:
    try:
        await desk.api.call("views.open", trigger_id=click.trigger_id, view=view)
    except SlackRefused as refused:
        late = refused.error in {"expired_trigger_id", "trigger_expired", "trigger_exchanged"}
        text = _TOO_LATE if late else _NO_FORM.format(error=refused.error)
        await desk.client.whisper(click.thread, click.user, text)
    except CountersignError as error:
        await desk.client.whisper(click.thread, click.user, in_words(error))


def form_modal(approval: Approval, kind: DecisionKind, place: ModalRef, packed: str = "") -> Modal:
    """What stands around the form of a decision; `packed` is what was typed on its other pages."""
    request = request_of(approval)
    row = request.rows[place.card.row]
    title, submit = _TITLES[kind]
    return Modal(
        callback_id=words.word(kind, plain_question=request.plain_question),
        title=title,
        submit=submit,
        private_metadata=f"{place.pack()} {packed}".strip(),
        heading=request.title if len(request.rows) == 1 else single_line(row.action or request.title),
        explanation=request.description or "",
    )


def row_with(row: ReviewRow, kind: DecisionKind) -> ReviewRow:
    """The row with its form as the modal shows it."""
    form = row.forms.get(kind)
    return row if form is None else replace(row, forms={**row.forms, kind: fitted(form)})
