"""The form that starts a graph without messages: its button, the modal, and what was filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.flow.graph_state import GraphInfo
from countersign.flow.inbound import Inbound, InboundKind
from countersign.flow.ports import SlackRefused
from countersign.flow.thread import ThreadRef
from countersign.interrupts import form_from_schema
from countersign.slack import messages
from countersign.slack.blocks import Drawn, section
from countersign.slack.card_ref import BadButton
from countersign.slack.desk import Ack, Desk, in_words
from countersign.slack.escape import code, escape
from countersign.slack.forms import Modal, fitted, form_view, raw_values
from countersign.slack.listeners.answered import answered
from countersign.slack.listeners.click import Click

FORM = "start:form"
_PLACE = re.compile(r"(?P<channel>[A-Z0-9]+)/(?P<thread>[\d.]+)/(?P<message>[\d.]+)/(?P<graph>.+)", re.DOTALL)
_NO_FORM = "Slack would not open the form ({error}). Please press the button again."


class NoSuchGraph(CountersignError):
    """This graph is not configured any more, so it cannot be started."""


@dataclass(frozen=True, kw_only=True)
class StartRef:
    """Which graph a form starts, and where: `<channel>/<thread ts>/<message ts>/<graph>`."""

    channel: str
    thread_ts: str
    message_ts: str
    graph: str

    def pack(self) -> str:
        return f"{self.channel}/{self.thread_ts}/{self.message_ts}/{self.graph}"

    @classmethod
    def unpack(cls, value: object) -> "StartRef":
        """Raises `BadButton`."""
        found = _PLACE.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise BadButton
        return cls(
            channel=found["channel"],
            thread_ts=found["thread"],
            message_ts=found["message"],
            graph=found["graph"],
        )


def register(app: AsyncApp, desk: Desk) -> None:
    async def on_open(ack: Ack, body: dict[str, Any]) -> None:
        await ack()
        click = Click.of(body, desk.workspace.team)
        try:
            info = _info(desk.graphs, click.value)
        except CountersignError as error:
            desk.tell(click.thread, click.user, in_words(error))
            return
        desk.background.start("open start form", _open(desk, click, info))

    async def on_form(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await answered(ack, view, _start(desk, str(body["user"]["id"]), view), "Nothing was started")

    app.action(messages.START)(on_open)
    app.view(FORM)(on_form)


def _info(graphs: Mapping[str, GraphInfo], name: object) -> GraphInfo:
    if not isinstance(name, str) or not name:
        raise BadButton
    if name not in graphs:
        raise NoSuchGraph
    return graphs[name]


async def _open(desk: Desk, click: Click, info: GraphInfo) -> None:
    ref = StartRef(
        channel=click.channel, thread_ts=click.thread.ts, message_ts=click.message_ts, graph=info.name
    )
    modal = Modal(
        callback_id=FORM, title="Start", submit="Start", private_metadata=ref.pack(), heading=info.name
    )
    view = form_view(fitted(form_from_schema(info.input_schema)), modal)
    try:
        await desk.api.call("views.open", trigger_id=click.trigger_id, view=view)
    except SlackRefused as refused:
        await desk.client.whisper(click.thread, click.user, _NO_FORM.format(error=refused.error))


async def _start(desk: Desk, user: str, view: dict[str, Any]) -> None:
    ref = StartRef.unpack(view.get("private_metadata"))
    info = _info(desk.graphs, ref.graph)
    form = fitted(form_from_schema(info.input_schema))
    values = form.read(raw_values(form, view))
    thread = ThreadRef(team=desk.workspace.team, channel=ref.channel, ts=ref.thread_ts)
    await desk.store.accept(
        Inbound(
            key=f"form:{view['id']}",
            kind=InboundKind.FORM,
            thread=thread,
            user=user,
            body=values,
            opens=False,
        )
    )
    text = f"{code(info.name)} was started by <@{escape(user)}>."
    drawn = Drawn(text=f"{escape(info.name)} was started.", blocks=[section(text)])
    desk.background.start("start shown", desk.client.show(ref.channel, ref.message_ts, drawn))
