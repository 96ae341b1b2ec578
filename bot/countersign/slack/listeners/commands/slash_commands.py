"""The slash commands: `/agent` starts a thread, `/approvals` lists pending approvals."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.flow.errors import SlackRefused
from countersign.flow.graph_name import split_name
from countersign.flow.messages.outgoing import ThreadRoot
from countersign.flow.review import Review
from countersign.slack.block_kit.escaping import code, escape, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime
from countersign.slack.listeners.commands.break_glass_review import list_reviews
from countersign.slack.listeners.commands.delegate_command import delegate
from countersign.slack.listeners.commands.grant_list import grants
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error
from countersign.slack.text.incoming import readable

MAX_LISTED = 20
_MAX_COUNTED = 200  # approvals; of more, the answer says "200 or more"
_LOOKUP_TIMEOUT = 1.8  # seconds for Slack's lists of channels; a command has to answer within 3
_STARTING = "Starting a thread in this channel."
_APPROVALS_USAGE = (
    "`/approvals` lists what needs a decision in your channels.\n"
    "`/approvals delegate @someone until friday` lets them decide for you while you're away.\n"
    "`/approvals grants` lists what is approved without asking because of you.\n"
    "`/approvals review` lists what was decided by break glass and waits for your review."
)
_LOOKUP_TIMED_OUT = "Slack didn't answer in time. Try again."


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_agent(ack: Ack, command: dict[str, Any]) -> None:
        await ack(_ephemeral(await _agent(context, command)))

    async def on_approvals(ack: Ack, command: dict[str, Any]) -> None:
        typed = str(command.get("text") or "").strip()
        word, _, rest = typed.partition(" ")
        answer = _SUBCOMMANDS.get(word.casefold())
        if answer is None:
            await ack(_ephemeral(_APPROVALS_USAGE))
            return
        try:
            async with asyncio.timeout(_LOOKUP_TIMEOUT):
                answered = await answer(context, str(command["user_id"]), rest.strip())
        except TimeoutError:
            answered = _LOOKUP_TIMED_OUT
        except CountersignError as error:
            answered = escape(describe_error(error))
        await ack(_ephemeral(answered) if isinstance(answered, str) else answered)

    app.command("/agent")(on_agent)
    app.command("/approvals")(on_approvals)


def _ephemeral(text: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": text, "unfurl_links": False, "unfurl_media": False}


async def _agent(context: ListenerContext, command: dict[str, Any]) -> str:
    """The answer to the command; the thread is posted after the acknowledgement."""
    text = readable(str(command.get("text") or "")).strip()
    if text.casefold() in {"", "help"}:
        return _usage(context)
    if text.casefold() == "graphs":
        return _list(context)
    name, task = split_name(text, context.graphs)
    if name is not None and name not in context.graphs:
        return f"There is no agent called {code(name)}.\n{_list(context)}"
    info = context.graphs[name or context.default_graph]
    if not task and not info.needs_form(new=True):
        return f"Write what {code(info.name)} should do after the colon.\n{_usage(context)}"
    key = f"agent:{command['trigger_id']}"
    root = ThreadRoot(
        key=key,
        team=context.workspace.team,
        channel=str(command["channel_id"]),
        user=str(command["user_id"]),
        text=text,
        response_url=str(command.get("response_url") or ""),
    )
    if await context.store.accept_root(root):
        context.background_tasks.start("open_thread", context.delivery.deliver_one(key))
    return _STARTING


def _usage(context: ListenerContext) -> str:
    return (
        f"`/agent text` starts a thread in this channel with {code(context.default_graph)}.\n"
        "`/agent name: text` starts one with another agent. `/agent graphs` lists them.\n"
        "Slash commands don't work in threads. Mention me there instead."
    )


def _list(context: ListenerContext) -> str:
    lines = [
        f"•  {code(name)}" + (" (default)" if name == context.default_graph else "")
        for name in context.graphs
    ]
    return "\n".join(["You can start these agents with `/agent name: text`:", *lines])


async def _waiting(context: ListenerContext, user: str, _rest: str = "") -> str:
    """Pending approvals in this person's channels, oldest first."""
    channels, direct = await asyncio.gather(_channels(context, user), _direct_messages(context, user))
    found = await context.store.waiting(
        context.workspace.team, context.channel_ids.with_former([*channels, *direct]), _MAX_COUNTED
    )
    if not found:
        return "Nothing is waiting for a decision in your channels."
    more = len(found) - MAX_LISTED
    count = f"{len(found)}" if len(found) < _MAX_COUNTED else f"{_MAX_COUNTED} or more"
    lines = [f"*{count} waiting for a decision:*"]
    lines += [_line(context, review) for review in found[:MAX_LISTED]]
    if more > 0:
        lines.append(f"… and {more}{'' if len(found) < _MAX_COUNTED else '+'} newer ones.")
    return "\n".join(lines)


def _line(context: ListenerContext, review: Review) -> str:
    approval, thread = review.approval, review.thread
    title = truncate_escaped(review.shown.title.replace("|", "¦"), 150)
    channel = approval.posted_to or context.channel_ids.current(thread.channel)
    if approval.posted_to is not None and approval.card_ts is not None:
        link = context.workspace.link(channel, approval.card_ts)
    else:
        home = context.channel_ids.current(thread.channel)
        link = context.workspace.link(home, approval.card_ts or thread.ts, thread.ts)
    return f"•  <{link}|{title}> in <#{channel}>, {format_datetime(approval.opened_at)}"


async def _channels(context: ListenerContext, user: str) -> list[str]:
    """The channels that both this person and the bot can see."""
    found: list[str] = []
    cursor = ""
    while True:
        page = await context.api.read(
            "users.conversations",
            tries=2,
            user=user,
            types="public_channel,private_channel,mpim",
            limit=999,
            cursor=cursor or None,
        )
        found += [str(channel["id"]) for channel in page.get("channels", ())]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return found


async def _direct_messages(context: ListenerContext, user: str) -> list[str]:
    """The direct message channel of this person and the bot, if there is one."""
    try:
        answer = await context.api.read("conversations.open", tries=2, users=user, prevent_creation=True)
    except SlackRefused:
        return []
    channel = answer.get("channel") or {}
    return [str(channel["id"])] if channel.get("id") else []


# Behind `/approvals`: what answers, given who typed it and the rest of the line.
_SUBCOMMANDS: dict[str, Callable[[ListenerContext, str, str], Awaitable[str | dict[str, Any]]]] = {
    "": _waiting,
    "delegate": delegate,
    "grants": grants,
    "review": list_reviews,
}
