"""What a person's screen shows, as the JSON that the page draws."""

from collections.abc import Iterator
from dataclasses import asdict

from slack_local.block_kit.input_state import standing_in
from slack_local.model.records import Channel, Ephemeral, Message, Obj, User, View
from slack_local.model.slack import Slack
from slack_local.page.app_info import Welcome
from slack_local.payloads.serializers import message_json


def everything(slack: Slack, person: User, welcome: Welcome) -> Obj:
    """What a page needs when it opens or changes hands: people, channels, the app."""
    return {
        "type": "hello",
        "me": person.id,
        "team": {"id": slack.team, "name": slack.team_name},
        "bot": slack.app.bot_user,
        "users": users(slack),
        "channels": list(channels(slack, person)),
        "welcome": asdict(welcome),
        "screen": screen(slack, person),
    }


def users(slack: Slack) -> Obj:
    """Everybody by id."""
    return {user.id: _user(slack, user) for user in slack.world.users.values()}


def _user(slack: Slack, user: User) -> Obj:
    kinds = (
        (user.is_bot, "app"),
        (user.team_id != slack.team or user.is_stranger, "external"),
        (user.is_restricted or user.is_ultra_restricted, "guest"),
        (user.is_admin, "admin"),
    )
    kind = next((name for holds, name in kinds if holds), "member")
    return {"id": user.id, "name": user.name, "real_name": user.real_name, "kind": kind}


def channels(slack: Slack, person: User) -> Iterator[Obj]:
    """The conversations that this person is in: channels first, then direct messages."""
    mine = [c for c in slack.world.channels.values() if person.id in c.members and not c.is_archived]
    for channel in sorted(mine, key=lambda c: c.is_direct):
        yield {
            "id": channel.id,
            "name": slack.bot.real_name if channel.is_direct else channel.name,
            "kind": channel.kind.value,
            "topic": channel.topic,
            "members": len(channel.members),
        }


def timeline(slack: Slack, channel: Channel, before: str | None, limit: int) -> Obj:
    """The `limit` messages of a channel before one (or the newest), oldest first, and how many are older."""
    # `timeline` is sorted, so a bisection would do; a page of 100 out of 10,000 costs 0.2 ms as it is.
    known = [ts for ts in channel.timeline if before is None or ts < before]
    shown = [channel.messages[ts] for ts in known[-limit:]]
    return {"messages": [message(slack, m) for m in shown], "older": max(0, len(known) - limit)}


def message(slack: Slack, shown: Message) -> Obj:
    """A message, with what Slack's client knows and its API does not say."""
    drawn = message_json(slack, shown) | {"channel": shown.channel}
    drawn.pop("bot_profile", None)
    if shown.by_bot:
        drawn["open"] = any(element["type"] == "button" for _, element in standing_in(shown.blocks))
    if not shown.is_reply:
        drawn |= _session(slack, shown)
    return drawn


def _session(slack: Slack, root: Message) -> Obj:
    """What the agent says it is at in this thread, and whether a card waits there."""
    found: Obj = {}
    key = (root.channel, root.ts)
    if status := slack.world.statuses.get(key):
        found["status"] = status
    if session := slack.world.sessions.get(key):
        found["session"] = session
    replies = (m for m in slack.world.thread(root.channel, root.ts) if m.by_bot and m.blocks)
    if any(element["type"] == "button" for m in replies for _, element in standing_in(m.blocks)):
        found["waiting"] = True
    return found


def screen(slack: Slack, person: User) -> Obj:
    """What only this person sees: forms, the Home tab, notices."""
    world = slack.world
    return {
        "modals": [view(v) for v in world.modals.get(person.id, ())],
        "home": view(world.homes[person.id]) if person.id in world.homes else None,
        "ephemerals": [_ephemeral(e) for e in world.ephemerals.get(person.id, ())],
    }


def view(shown: View) -> Obj:
    """A form or a Home tab."""
    kept = ("title", "submit", "close", "blocks", "callback_id")
    return {
        "id": shown.id,
        "hash": shown.hash,
        "values": shown.values,
        "errors": shown.errors,
        **{name: shown.definition[name] for name in kept if name in shown.definition},
    }


def _ephemeral(seen: Ephemeral) -> Obj:
    return {
        "id": seen.id,
        "channel": seen.channel,
        "thread_ts": seen.thread_ts,
        "ts": seen.ts,
        "text": seen.text,
        "blocks": seen.blocks,
        "attachments": seen.attachments,
        "by_slack": seen.by_slack,
    }
