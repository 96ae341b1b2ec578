"""The forms behind a card's buttons: authority is checked again, errors appear at their field."""

import re
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Person
from countersign.flow.decide import Ballot
from countersign.flow.questions import request_of
from countersign.interrupts import ReviewRow
from countersign.slack import words
from countersign.slack.blocks import Block
from countersign.slack.card_ref import BadButton, ModalRef
from countersign.slack.desk import Ack, Desk, in_words
from countersign.slack.form_pages import Carried, TooMuchToCarryError, pack, pages, typed, unpack
from countersign.slack.forms import TURN, form_view, raw_values, told_view
from countersign.slack.listeners.answered import answered
from countersign.slack.listeners.approvals import form_modal, row_with

_TOO_MUCH = (
    "What you changed is too much to keep while you look at another page. Please send this page as it is."
)


def register(app: AsyncApp, desk: Desk) -> None:
    async def on_submission(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await answered(ack, view, _submit(desk, body, view), "Nothing was changed")

    async def on_turn(ack: Ack, body: dict[str, Any]) -> None:
        try:
            turned = await _turned(desk, body)
        except CountersignError as error:
            turned = told_view("Nothing was changed", in_words(error))
        view = body["view"]
        desk.background.start(
            "turn form",
            desk.api.call("views.update", view_id=view["id"], hash=view.get("hash"), view=turned),
        )
        await ack()

    app.view(re.compile(r"^approval:(approve|edit|reject|respond|answer)$"))(on_submission)
    app.action(re.compile(rf"^{TURN}:\d+$"))(on_turn)


@dataclass(frozen=True, kw_only=True)
class _Open:
    """A form that somebody who may decide has before them."""

    place: ModalRef
    carried: Carried
    kind: DecisionKind
    person: Person
    approval: Approval
    row: ReviewRow


async def _open(desk: Desk, body: dict[str, Any], view: dict[str, Any]) -> _Open:
    place, _, packed = str(view.get("private_metadata")).partition(" ")
    ref = ModalRef.unpack(place)
    kind = words.kind_of(str(view.get("callback_id")))
    if kind is None:
        raise BadButton
    user = body["user"]
    person = await desk.person(str(user["id"]), user.get("team_id"))
    approval = await desk.look(ref.card, ref.channel, person)
    await desk.check_card(approval, ref.message_ts, shown=False)
    row = row_with(request_of(approval).rows[ref.card.row], kind)
    return _Open(place=ref, carried=unpack(packed), kind=kind, person=person, approval=approval, row=row)


async def _turned(desk: Desk, body: dict[str, Any]) -> Block:
    """Another page of the form, with what was typed so far."""
    view = body["view"]
    now = await _open(desk, body, view)
    form = now.row.forms.get(now.kind)
    page = int(body["actions"][0]["action_id"].rpartition(":")[2])
    if form is None or page >= len(pages(form)):
        raise BadButton
    carried = typed(form, now.carried, view)
    try:
        packed = pack(carried)
    except TooMuchToCarryError:  # the same page again: Slack leaves in its inputs what was typed
        modal = form_modal(now.approval, now.kind, now.place, pack(now.carried))
        return form_view(form, replace(modal, warning=_TOO_MUCH), now.place.page, now.carried)
    modal = form_modal(now.approval, now.kind, replace(now.place, page=page), packed)
    return form_view(form, modal, page, carried)


async def _submit(desk: Desk, body: dict[str, Any], view: dict[str, Any]) -> None:
    """Raises FormValidationError or InvalidDecision for what was typed; any other CountersignError else."""
    now = await _open(desk, body, view)
    ref, form = now.place, now.row.forms.get(now.kind)
    decision: Decision = now.row.decide(
        now.kind, None if form is None else raw_values(form, view, now.carried)
    )

    async def make() -> Ballot:
        return Ballot(
            approval_id=ref.card.approval_id,
            digest=ref.card.digest,
            channel=ref.channel,
            decisions={ref.card.row: decision},
            via="form",
        )

    await desk.decided(make, now.person)
