"""The slash commands: `/agent` starts a thread, `/approvals` shows what waits. Slack has none in threads."""

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.flow.errors import SlackRefused
from countersign.flow.graph_name import split_name
from countersign.flow.graph_state import StartsWith
from countersign.flow.outgoing import ThreadRoot
from countersign.flow.review import Review
from countersign.slack.block_kit.escaping import code, truncate_escaped, unescape
from countersign.slack.block_kit.formatting import format_datetime
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error

MAX_LISTED = 20
_MAX_COUNTED = 200  # approvals beyond which nobody counts them
_LOOKUP_TIMEOUT = 1.8  # seconds for Slack's lists; the command itself has to answer within 3
_STARTING = "Starting a thread for it in this channel."
_APPROVALS_USAGE = (
    "`/approvals` takes no words. It shows what waits for a decision in the channels you are in."
)
_LOOKUP_TIMED_OUT = "Slack did not tell me in time which channels you are in. Please try again."


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_agent(ack: Ack, command: dict[str, Any]) -> None:
        await ack(_ephemeral(await _agent(context, command)))

    async def on_approvals(ack: Ack, command: dict[str, Any]) -> None:
        if unescape(str(command.get("text") or "")).strip():
            await ack(_ephemeral(_APPROVALS_USAGE))
            return
        try:
            async with asyncio.timeout(_LOOKUP_TIMEOUT):
                text = await _waiting(context, str(command["user_id"]))
        except TimeoutError:
            text = _LOOKUP_TIMED_OUT
        except CountersignError as error:
            text = describe_error(error)
        await ack(_ephemeral(text))

    app.command("/agent")(on_agent)
    app.command("/approvals")(on_approvals)


def _ephemeral(text: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": text, "unfurl_links": False, "unfurl_media": False}


async def _agent(context: ListenerContext, command: dict[str, Any]) -> str:
    """What to answer at once; the thread itself is posted after the acknowledgement."""
    text = unescape(str(command.get("text") or "")).strip()
    if text.casefold() in {"", "help"}:
        return _usage(context)
    if text.casefold() == "graphs":
        return _list(context)
    name, task = split_name(text)
    if name is not None and name not in context.graphs:
        return f"There is no graph called {code(name)}.\n{_list(context)}"
    info = context.graphs[name or context.default_graph]
    if not task and info.starts_with is not StartsWith.FORM:
        return f"Write what {code(info.name)} should do behind the colon.\n{_usage(context)}"
    key = f"agent:{command['trigger_id']}"
    opening = ThreadRoot(
        key=key,
        team=context.workspace.team,
        channel=str(command["channel_id"]),
        user=str(command["user_id"]),
        text=text,
        response_url=str(command.get("response_url") or ""),
    )
    if await context.store.accept_root(opening):
        context.background_tasks.start("open thread", context.delivery.deliver_one(key))
    return _STARTING


def _usage(context: ListenerContext) -> str:
    return (
        f"`/agent text` starts a thread in this channel with {code(context.default_graph)}.\n"
        "`/agent name: text` starts it with another graph, and `/agent graphs` lists them.\n"
        "In a thread, mention me instead: Slack has no commands there."
    )


def _list(context: ListenerContext) -> str:
    lines = [
        f"•  {code(name)}" + (" (the default)" if name == context.default_graph else "")
        for name in context.graphs
    ]
    return "\n".join(["These graphs can be started with `/agent name: text`:", *lines])


async def _waiting(context: ListenerContext, user: str) -> str:
    """What waits where this person is, oldest first."""
    channels, direct = await asyncio.gather(_channels(context, user), _direct_messages(context, user))
    found = await context.store.waiting(context.workspace.team, [*channels, *direct], _MAX_COUNTED)
    if not found:
        return "Nothing waits for a decision in the channels you are in."
    more = len(found) - MAX_LISTED
    count = f"{len(found)}" if len(found) < _MAX_COUNTED else f"{_MAX_COUNTED} or more"
    lines = [f"*{count} {'waits' if len(found) == 1 else 'wait'} for a decision:*"]
    lines += [_line(context, review) for review in found[:MAX_LISTED]]
    if more > 0:
        lines.append(f"… and {more} more{'' if len(found) < _MAX_COUNTED else ' or so'}, all younger.")
    return "\n".join(lines)


def _line(context: ListenerContext, review: Review) -> str:
    approval, thread = review.approval, review.thread
    title = truncate_escaped(review.request.title.replace("|", "¦"), 150)
    link = context.workspace.link(thread.channel, approval.card_ts or thread.ts, thread.ts)
    return f"•  <{link}|{title}> in <#{thread.channel}>, {format_datetime(approval.opened_at)}"


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
    """This person's direct messages with the bot, if there are any yet."""
    try:
        answer = await context.api.read("conversations.open", tries=2, users=user, prevent_creation=True)
    except SlackRefused:
        return []
    channel = answer.get("channel") or {}
    return [str(channel["id"])] if channel.get("id") else []
