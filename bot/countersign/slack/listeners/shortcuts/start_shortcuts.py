"""The shortcuts "Start an agent…" and, of a message, "Ask the agent about this": one form starts the run."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.flow.errors import SlackRefused
from countersign.flow.graph_name import split_name
from countersign.flow.graph_state import GraphInfo
from countersign.flow.messages.outgoing import ThreadRoot
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, _
from countersign.interrupts import FormValidationError
from countersign.slack.app_manifest.permissions import ASK_ABOUT_MESSAGE, START_AGENT
from countersign.slack.block_kit.builders import Block
from countersign.slack.forms.modal import notice_view, submitted_values
from countersign.slack.listeners.acknowledgement import acknowledge_submission
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error
from countersign.slack.listeners.events.mentions import without_mentions
from countersign.slack.listeners.shortcuts.start_view import (
    CHANNEL,
    GRAPH,
    START,
    TEXT,
    Chosen,
    ThreadReference,
    chosen,
    start_form,
    start_view,
)
from countersign.slack.text.incoming import readable

_NAMES_TIMEOUT = 1.0  # seconds; the trigger of the form expires after three
_QUOTE_LIMIT = 2000  # characters of the message that the text begins with
_NOTHING_STARTED = N_("Nothing was started")
_NOT_THERE = N_("I'm not in this channel. Invite me with `/invite`, then try again.")
_WAITS = N_("The agent waits for a decision in this thread. Decide or answer there first.")
_EMPTY = N_("Write what the agent should do.")
_NO_GRAPH = N_("This agent is no longer available. Choose another one.")


class CannotStartHere(CountersignError):
    """The agent can't start here."""


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_start(ack: Ack, body: dict[str, Any]) -> None:
        view = start_view(context.graphs, context.graphs[context.default_graph], None, "")
        context.background_tasks.start("open_shortcut", _open(context, body, view))
        await ack()

    async def on_message(ack: Ack, body: dict[str, Any]) -> None:
        context.background_tasks.start("open_shortcut", _open_for_message(context, body))
        await ack()

    async def on_graph(ack: Ack, body: dict[str, Any]) -> None:
        context.background_tasks.start("show_agents_form", _show_other_graph(context, body["view"]))
        await ack()

    async def on_form(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await acknowledge_submission(ack, view, _submit(context, body, view), _(_NOTHING_STARTED))

    app.shortcut(START_AGENT)(on_start)
    app.shortcut(ASK_ABOUT_MESSAGE)(on_message)
    app.action(GRAPH)(on_graph)
    app.view(START)(on_form)


async def _open(context: ListenerContext, body: Mapping[str, Any], view: Block) -> None:
    await context.api.call("views.open", trigger_id=str(body.get("trigger_id", "")), view=view)


async def _open_for_message(context: ListenerContext, body: Mapping[str, Any]) -> None:
    """The form with the message in it, or why there is none."""
    message, channel = body.get("message") or {}, str((body.get("channel") or {}).get("id", ""))
    ts = str(message.get("ts") or body.get("message_ts") or "")
    thread_ts = str(message.get("thread_ts") or ts)
    user = str(body["user"]["id"])
    try:
        place = ThreadReference.unpack(f"{channel}/{thread_ts}")
        assert place is not None
        info = await _check(context, user, place)
    except CountersignError as error:
        await _open(context, body, notice_view(_(_NOTHING_STARTED), describe_error(error)))
        return
    link = context.workspace.link(channel, ts, thread_ts)
    text = _quoted(await _words(context, str(message.get("text") or "")), link)
    graphs = {info.name: info} if info is not None else context.graphs
    view = start_view(graphs, info or context.graphs[context.default_graph], place, text)
    await _open(context, body, view)


async def _words(context: ListenerContext, text: str) -> str:
    """The message without the mention of the bot, and with the names of those whom it mentions."""
    words = readable(without_mentions(text, context.workspace))
    return await context.client.names.readable(words, timeout=_NAMES_TIMEOUT)


def _quoted(text: str, link: str) -> str:
    """The message as a quotation, with a link to it, above what its reader writes."""
    short = text if len(text) <= _QUOTE_LIMIT else text[: _QUOTE_LIMIT - 1] + "…"
    quoted = "".join(f"> {line}\n" for line in short.splitlines())
    return f"{quoted[:_QUOTE_LIMIT]}{link}\n\n"


async def _check(context: ListenerContext, user: str, place: ThreadReference) -> GraphInfo | None:
    """The agent that works in this thread already, if any.

    Raises MayNotStart, or CannotStartHere where the bot is not in the channel or waits for a decision.
    """
    await _check_channel(context, place.channel)
    await context.start_permission.check(user, place.channel)
    thread = ThreadRef(team=context.workspace.team, channel=place.channel, ts=place.thread_ts)
    graph, waits = await context.store.thread_state(thread.id)
    if waits:
        raise CannotStartHere(_(_WAITS))
    return context.graphs.get(graph) if graph is not None else None


async def _check_channel(context: ListenerContext, channel: str) -> None:
    try:
        answer = await context.api.read("conversations.info", channel=channel, tries=2)
    except SlackRefused:
        raise CannotStartHere(_(_NOT_THERE)) from None
    found = answer.get("channel") or {}
    if not (found.get("is_member") or found.get("is_im")):
        raise CannotStartHere(_(_NOT_THERE))


async def _show_other_graph(context: ListenerContext, view: Mapping[str, Any]) -> None:
    """Show the fields of the agent that was chosen; what was typed stays where its field does."""
    state = chosen(view)
    info = context.graphs.get(state.graph or "")
    if info is None:
        return
    place = ThreadReference.unpack(view.get("private_metadata"))
    shown = start_view(context.graphs, info, place, state.text)
    await context.api.call("views.update", view_id=view["id"], hash=view.get("hash"), view=shown)


async def _submit(context: ListenerContext, body: Mapping[str, Any], view: dict[str, Any]) -> None:
    """Raises FormValidationError for what was typed; any other CountersignError else."""
    user, state = str(body["user"]["id"]), chosen(view)
    place = ThreadReference.unpack(view.get("private_metadata"))
    info = context.graphs.get(state.graph or "")
    if info is None:
        raise FormValidationError({GRAPH: _(_NO_GRAPH)})
    root = await _root(context, user, state, info, view)
    if place is None:
        try:
            await _check_channel(context, state.channel)
            await context.start_permission.check(user, state.channel)
        except CannotStartHere as error:
            raise FormValidationError({CHANNEL: str(error)}) from None
    else:
        working = await _check(context, user, place)
        if working is not None:  # it is told, and started no second time
            root = replace(root, text=state.text.strip() or root.text, values=None)
        root = replace(root, channel=place.channel, thread_ts=place.thread_ts)
    if await context.store.accept_root(root):
        context.background_tasks.start("open_thread", context.delivery.deliver_one(root.key))


async def _root(
    context: ListenerContext, user: str, state: Chosen, info: GraphInfo, view: Mapping[str, Any]
) -> ThreadRoot:
    """What begins the run: the text with the agent's name, or the fields of its form."""
    form, text = start_form(info), state.text.strip()
    values = None
    if form is not None:
        values = await asyncio.to_thread(form.read, submitted_values(form, view))
        text = f"{info.name}:"
    elif not text and not info.needs_form(new=True):
        raise FormValidationError({TEXT: _(_EMPTY)})
    elif info.name != context.default_graph or split_name(text, context.graphs)[0] is not None:
        text = f"{info.name}: {text}"
    return ThreadRoot(
        key=f"shortcut:{view['id']}",
        team=context.workspace.team,
        channel=state.channel,
        user=user,
        text=text,
        response_url="",
        values=values,
    )
