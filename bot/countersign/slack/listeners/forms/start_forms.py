"""The form that starts a graph without messages: its button, its modal and its submission."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.flow.errors import SlackRefused
from countersign.flow.graph_state import GraphInfo
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, _
from countersign.interrupts import Form, form_from_schema
from countersign.slack import messages
from countersign.slack.block_kit.builders import RenderedMessage, section
from countersign.slack.block_kit.escaping import code, escape
from countersign.slack.cards.values.references import InvalidReference
from countersign.slack.forms.modal import Modal, fit_form, form_view, submitted_values
from countersign.slack.listeners.acknowledgement import acknowledge_submission
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error

FORM = "start:form"
_PACKED = re.compile(
    r"(?P<channel>[A-Z0-9]+)/(?P<thread>[0-9.]+)/(?P<message>[0-9.]+)/(?P<graph>.+)", re.DOTALL
)
_FORM_REFUSED = N_("Slack couldn't open the form ({error}). Click the button again.")


class NoSuchGraph(CountersignError):
    """This agent is no longer available. Nothing was started."""


@dataclass(frozen=True, kw_only=True)
class StartFormReference:
    """Which graph a form starts, and where: `<channel>/<thread ts>/<message ts>/<graph>`."""

    channel: str
    thread_ts: str
    message_ts: str
    graph: str

    def pack(self) -> str:
        return f"{self.channel}/{self.thread_ts}/{self.message_ts}/{self.graph}"

    @classmethod
    def unpack(cls, value: object) -> "StartFormReference":
        """Raises `InvalidReference`."""
        found = _PACKED.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise InvalidReference
        return cls(
            channel=found["channel"],
            thread_ts=found["thread"],
            message_ts=found["message"],
            graph=found["graph"],
        )


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_open(ack: Ack, body: dict[str, Any]) -> None:
        await ack()
        click = ButtonClick.from_payload(body, context.workspace.team)
        try:
            info = _info(context.graphs, click.value)
            await context.start_permission.check(click.user, click.channel)
        except CountersignError as error:
            context.notify_user(click.thread, click.user, describe_error(error))
            return
        context.background_tasks.start("open_start_form", _open(context, click, info))

    async def on_form(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await acknowledge_submission(
            ack, view, _start(context, str(body["user"]["id"]), view), _("Nothing was started")
        )

    app.action(messages.START)(on_open)
    app.view(FORM)(on_form)


def _info(graphs: Mapping[str, GraphInfo], name: object) -> GraphInfo:
    if not isinstance(name, str) or not name:
        raise InvalidReference
    if name not in graphs:
        raise NoSuchGraph
    return graphs[name]


async def _open(context: ListenerContext, click: ButtonClick, info: GraphInfo) -> None:
    ref = StartFormReference(
        channel=click.channel, thread_ts=click.thread.ts, message_ts=click.message_ts, graph=info.name
    )
    modal = Modal(
        callback_id=FORM, title=_("Start"), submit=_("Start"), private_metadata=ref.pack(), heading=info.name
    )
    view = form_view(await _form(context, ref, info), modal)
    try:
        await context.api.call("views.open", trigger_id=click.trigger_id, view=view)
    except SlackRefused as refused:
        await context.client.post_ephemeral(
            click.thread, click.user, _(_FORM_REFUSED).format(error=refused.error)
        )


async def _form(context: ListenerContext, ref: StartFormReference, info: GraphInfo) -> Form:
    """The graph's form, with the message that it is the answer to in its place."""
    if info.message_field is None:
        return fit_form(form_from_schema(info.form_in_words))
    text = await context.store.start_text(ref.channel, ref.thread_ts, ref.message_ts)
    return fit_form(form_from_schema(info.form_in_words, {info.message_field: text} if text else {}))


async def _start(context: ListenerContext, user: str, view: dict[str, Any]) -> None:
    ref = StartFormReference.unpack(view.get("private_metadata"))
    info = _info(context.graphs, ref.graph)
    # The run checks it again. Here it is checked before the form's message says that it was started.
    await context.start_permission.check(user, ref.channel)
    form = await _form(context, ref, info)
    # In a worker thread: validating takes up to a second, and must not delay other acknowledgements.
    values = await asyncio.to_thread(form.read, submitted_values(form, view))
    thread = ThreadRef(team=context.workspace.team, channel=ref.channel, ts=ref.thread_ts)
    await context.store.accept(
        Inbound(
            key=f"form:{view['id']}",
            kind=InboundKind.FORM,
            thread=thread,
            user=user,
            body=values,
            may_open=False,
        )
    )
    text = _("{name} was started by <@{user}>.").format(name=code(info.name), user=escape(user))
    rendered = RenderedMessage(
        text=_("{name} was started.").format(name=escape(info.name)), blocks=[section(text)]
    )
    context.background_tasks.start(
        "update_start_message", context.client.update_message(ref.channel, ref.message_ts, rendered)
    )
