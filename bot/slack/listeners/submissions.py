"""The forms behind a card's buttons: authority is checked again, errors appear at their field."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.approvals.decision import Decision
from bot.flow.decide import Ballot
from bot.flow.questions import request_of
from bot.slack import words
from bot.slack.card_ref import BadButton, ModalRef
from bot.slack.desk import Ack, Desk
from bot.slack.forms import raw_values
from bot.slack.listeners.answered import answered
from bot.slack.listeners.approvals import row_with


def register(app: AsyncApp, desk: Desk) -> None:
    async def on_submission(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await answered(ack, view, _submit(desk, body, view), "Nothing was changed")

    app.view(re.compile(r"^approval:(approve|edit|reject|respond|answer)$"))(on_submission)


async def _submit(desk: Desk, body: dict[str, Any], view: dict[str, Any]) -> None:
    """Raises FormErrors and Refused for what was typed, and other CountersignErrors for everything else."""
    ref = ModalRef.unpack(view.get("private_metadata"))
    kind = words.kind_of(str(view.get("callback_id")))
    if kind is None:
        raise BadButton
    user = body["user"]
    person = await desk.person(str(user["id"]), user.get("team_id"))
    approval = await desk.look(ref.card, ref.channel, person)
    await desk.check_card(approval, ref.message_ts, shown=False)
    row = row_with(request_of(approval).rows[ref.card.row], kind)
    form = row.forms.get(kind)
    decision: Decision = row.decide(kind, None if form is None else raw_values(form, view))

    async def make() -> Ballot:
        return Ballot(
            approval_id=ref.card.approval_id,
            digest=ref.card.digest,
            channel=ref.channel,
            decisions={ref.card.row: decision},
            via="form",
        )

    await desk.decided(make, person)
