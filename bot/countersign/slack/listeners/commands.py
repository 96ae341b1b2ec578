"""The slash commands: `/agent` starts a thread, `/approvals` shows what waits. Slack has none in threads."""

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.flow.graph_state import StartsWith
from countersign.flow.opening import split_name
from countersign.flow.outgoing import Opening
from countersign.flow.ports import SlackRefused, Waiting
from countersign.flow.questions import request_of
from countersign.slack import words
from countersign.slack.desk import Ack, Desk, in_words
from countersign.slack.escape import clipped, code, typed

SHOWN = 20
_COUNTED = 200  # approvals beyond which nobody counts them
_IN_TIME = 1.8  # seconds for Slack's lists; the command itself has to answer within 3
_STARTING = "Starting a thread for it in this channel."
_ONLY_HERE = "`/approvals` takes no words. It shows what waits for a decision in the channels you are in."
_SLOW = "Slack did not tell me in time which channels you are in. Please try again."


def register(app: AsyncApp, desk: Desk) -> None:
    async def on_agent(ack: Ack, command: dict[str, Any]) -> None:
        await ack(_ephemeral(await _agent(desk, command)))

    async def on_approvals(ack: Ack, command: dict[str, Any]) -> None:
        if typed(str(command.get("text") or "")).strip():
            await ack(_ephemeral(_ONLY_HERE))
            return
        try:
            async with asyncio.timeout(_IN_TIME):
                text = await _waiting(desk, str(command["user_id"]))
        except TimeoutError:
            text = _SLOW
        except CountersignError as error:
            text = in_words(error)
        await ack(_ephemeral(text))

    app.command("/agent")(on_agent)
    app.command("/approvals")(on_approvals)


def _ephemeral(text: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": text, "unfurl_links": False, "unfurl_media": False}


async def _agent(desk: Desk, command: dict[str, Any]) -> str:
    """What to answer at once; the thread itself is posted after the acknowledgement."""
    text = typed(str(command.get("text") or "")).strip()
    if text.casefold() in {"", "help"}:
        return _usage(desk)
    if text.casefold() == "graphs":
        return _list(desk)
    name, words_ = split_name(text)
    if name is not None and name not in desk.graphs:
        return f"There is no graph called {code(name)}.\n{_list(desk)}"
    info = desk.graphs[name or desk.default_graph]
    if not words_ and info.starts_with is not StartsWith.FORM:
        return f"Write what {code(info.name)} should do behind the colon.\n{_usage(desk)}"
    key = f"agent:{command['trigger_id']}"
    opening = Opening(
        key=key,
        team=desk.workspace.team,
        channel=str(command["channel_id"]),
        user=str(command["user_id"]),
        text=text,
        response_url=str(command.get("response_url") or ""),
    )
    if await desk.store.accept_opening(opening):
        desk.background.start("open thread", desk.courier.deliver_one(key))
    return _STARTING


def _usage(desk: Desk) -> str:
    return (
        f"`/agent text` starts a thread in this channel with {code(desk.default_graph)}.\n"
        "`/agent name: text` starts it with another graph, and `/agent graphs` lists them.\n"
        "In a thread, mention me instead: Slack has no commands there."
    )


def _list(desk: Desk) -> str:
    lines = [
        f"•  {code(name)}" + (" (the default)" if name == desk.default_graph else "") for name in desk.graphs
    ]
    return "\n".join(["These graphs can be started with `/agent name: text`:", *lines])


async def _waiting(desk: Desk, user: str) -> str:
    """What waits where this person is, oldest first."""
    channels, direct = await asyncio.gather(_channels(desk, user), _direct(desk, user))
    found = await desk.store.waiting(desk.workspace.team, [*channels, *direct], _COUNTED)
    if not found:
        return "Nothing waits for a decision in the channels you are in."
    more = len(found) - SHOWN
    count = f"{len(found)}" if len(found) < _COUNTED else f"{_COUNTED} or more"
    lines = [f"*{count} {'waits' if len(found) == 1 else 'wait'} for a decision:*"]
    lines += [_line(desk, waiting) for waiting in found[:SHOWN]]
    if more > 0:
        lines.append(f"… and {more} more{'' if len(found) < _COUNTED else ' or so'}, all younger.")
    return "\n".join(lines)


def _line(desk: Desk, waiting: Waiting) -> str:
    approval, thread = waiting.approval, waiting.thread
    title = clipped(request_of(approval).title.replace("|", "¦"), 150)
    link = desk.workspace.link(thread.channel, approval.card_ts or thread.ts, thread.ts)
    return f"•  <{link}|{title}> in <#{thread.channel}>, {words.moment(approval.opened_at)}"


async def _channels(desk: Desk, user: str) -> list[str]:
    """The channels that both this person and the bot can see."""
    found: list[str] = []
    cursor = ""
    while True:
        page = await desk.api.read(
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


async def _direct(desk: Desk, user: str) -> list[str]:
    """This person's direct messages with the bot, if there are any yet."""
    try:
        answer = await desk.api.read("conversations.open", tries=2, users=user, prevent_creation=True)
    except SlackRefused:
        return []
    channel = answer.get("channel") or {}
    return [str(channel["id"])] if channel.get("id") else []
