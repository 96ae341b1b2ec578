"""What a person's screen shows, as JSON for the page to render."""

from collections.abc import Iterator
from dataclasses import asdict

from slack_local.block_kit.input_state import interactive_elements
from slack_local.model.records import Channel, Ephemeral, JsonObject, Message, User, View
from slack_local.model.slack import Slack
from slack_local.page.app_info import AppInfo
from slack_local.payloads.serializers import message_json


def initial_state(slack: Slack, person: User, app_info: AppInfo) -> JsonObject:
    """What a page needs when it opens or changes hands: people, channels, the app."""
    return {
        "type": "hello",
        "me": person.id,
        "team": {"id": slack.team, "name": slack.team_name},
        "bot": slack.app.bot_user,
        "users": users(slack),
        "channels": list(channels(slack, person)),
        "app": asdict(app_info),
        "screen": screen(slack, person),
    }


def users(slack: Slack) -> JsonObject:
    """Everybody by id."""
    return {user.id: _user(slack, user) for user in slack.state.users.values()}


def _user(slack: Slack, user: User) -> JsonObject:
    kinds = (
        (user.is_bot, "app"),
        (user.team_id != slack.team or user.is_stranger, "external"),
        (user.is_restricted or user.is_ultra_restricted, "guest"),
        (user.is_admin, "admin"),
    )
    kind = next((name for holds, name in kinds if holds), "member")
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "kind": kind,
        "locale": user.locale,
    }


def channels(slack: Slack, person: User) -> Iterator[JsonObject]:
    """The conversations that this person is in: channels first, then direct messages."""
    mine = [c for c in slack.state.channels.values() if person.id in c.members and not c.is_archived]
    for channel in sorted(mine, key=lambda c: c.is_direct):
        yield {
            "id": channel.id,
            "name": slack.bot.real_name if channel.is_direct else channel.name,
            "kind": channel.kind.value,
            "topic": channel.topic,
            "members": len(channel.members),
            "prompts": slack.state.prompts.get(channel.id),
        }


def timeline(slack: Slack, channel: Channel, before: str | None, limit: int) -> JsonObject:
    """The `limit` messages of a channel before one (or the newest), oldest first, and how many are older."""
    # `timeline` is sorted, so a bisection would do; a page of 100 out of 10,000 costs 0.2 ms as it is.
    known = [ts for ts in channel.timeline if before is None or ts < before]
    shown = [channel.messages[ts] for ts in known[-limit:]]
    return {"messages": [message(slack, m) for m in shown], "older": max(0, len(known) - limit)}


def message(slack: Slack, shown: Message) -> JsonObject:
    """A message, with what Slack's client knows and its API does not say."""
    json = message_json(slack, shown) | {"channel": shown.channel}
    json.pop("bot_profile", None)
    if shown.by_bot:
        json["open"] = any(element["type"] == "button" for _, element in interactive_elements(shown.blocks))
    if not shown.is_reply:
        json |= _session(slack, shown)
    return json


def _session(slack: Slack, root: Message) -> JsonObject:
    """The agent's status in this thread, and whether a card is open there."""
    summary: JsonObject = {}
    key = (root.channel, root.ts)
    if status := slack.state.statuses.get(key):
        summary["status"] = status
    if session := slack.state.sessions.get(key):
        summary["session"] = session
    replies = (m for m in slack.state.thread(root.channel, root.ts) if m.by_bot and m.blocks)
    if any(element["type"] == "button" for m in replies for _, element in interactive_elements(m.blocks)):
        summary["waiting"] = True
    return summary


def screen(slack: Slack, person: User) -> JsonObject:
    """What only this person sees: forms, the Home tab, notices."""
    state = slack.state
    return {
        "modals": [view(v) for v in state.modals.get(person.id, ())],
        "home": view(state.homes[person.id]) if person.id in state.homes else None,
        "ephemerals": [_ephemeral(e) for e in state.ephemerals.get(person.id, ())],
    }


def view(shown: View) -> JsonObject:
    """A form or a Home tab."""
    kept = ("title", "submit", "close", "blocks", "callback_id")
    return {
        "id": shown.id,
        "hash": shown.hash,
        "values": shown.values,
        "errors": shown.errors,
        **{name: shown.definition[name] for name in kept if name in shown.definition},
    }


def _ephemeral(seen: Ephemeral) -> JsonObject:
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
