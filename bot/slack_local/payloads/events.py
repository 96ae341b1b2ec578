"""Events API bodies, shaped as Slack's documentation shows them.

Sources: docs.slack.dev/apis/events-api, /reference/events/*.
"""

from collections.abc import Iterator

from slack_local.model.records import Channel, ChannelKind, JsonObject, Message, User, new_id
from slack_local.model.slack import Slack
from slack_local.payloads.serializers import file_reference, message_json, user_json, view_json

_SUBSCRIPTION = {
    ChannelKind.PUBLIC: "message.channels",
    ChannelKind.PRIVATE: "message.groups",
    ChannelKind.DIRECT: "message.im",
}
_IN_MENTIONS = (
    "user",
    "ts",
    "client_msg_id",
    "text",
    "team",
    "user_team",
    "source_team",
    "thread_ts",
    "parent_user_id",
    "blocks",
    "files",
)
VERIFICATION_TOKEN = "local-verification-token"  # noqa: S105  # deprecated by Slack, checked by nobody


def event_body(slack: Slack, event: JsonObject, *, shared: bool = False) -> JsonObject:
    """The Events API's envelope around one event; `shared` when it happened in a Slack Connect channel.

    To an organisation's installation it names no workspace but that of whoever acted.
    """
    organisation = slack.organisation
    enterprise = organisation.id if organisation else None
    team = None if organisation else slack.team
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": event.get("team") or slack.team if organisation else slack.team,
        **({"enterprise_id": enterprise} if organisation else {}),
        "context_team_id": team,
        "context_enterprise_id": enterprise,
        "api_app_id": slack.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(slack.clock.now()),
        "authorizations": [
            {
                "enterprise_id": enterprise,
                "team_id": team,
                "user_id": slack.app.bot_user,
                "is_bot": True,
                "is_enterprise_install": organisation is not None,
            }
        ],
        "is_ext_shared_channel": shared and organisation is None,
        "event_context": f"4-{new_id('')}",
    }


def access_event(slack: Slack, kind: str, teams: list[str]) -> JsonObject:
    """`team_access_granted` or `team_access_revoked`."""
    return event_body(slack, {"type": kind, "team_ids": teams, "event_ts": slack.clock.ts()}) | {
        "team_id": None
    }


def removal_events(slack: Slack) -> Iterator[JsonObject]:
    """What the app is told when it was removed from the workspace."""
    revoked: JsonObject = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [slack.app.bot_user]}}
    for event in (revoked, {"type": "app_uninstalled"}):
        if event["type"] in slack.app.events:
            yield event_body(slack, event)


def message_events(slack: Slack, message: Message) -> Iterator[JsonObject]:
    """The events of a new message: `message`, and `app_mention` beside it where the bot is named."""
    channel = slack.state.channels[message.channel]
    if slack.app.bot_user not in channel.members:
        return
    plain = message_event(slack, message)
    mentioned = (
        not channel.is_direct
        and not message.by_bot
        and message.subtype in (None, "file_share", "thread_broadcast")
        and f"<@{slack.app.bot_user}>" in message.text
        and "app_mention" in slack.app.events
    )
    events = [plain] if _SUBSCRIPTION[channel.kind] in slack.app.events else []
    if mentioned:
        mention: JsonObject = {"type": "app_mention"} | {k: plain[k] for k in _IN_MENTIONS if k in plain}
        mention |= {"channel": message.channel, "event_ts": message.ts}
        events.insert(0 if slack.faults.mention_order == "mention_first" else 1, mention)
    for event in events:
        yield event_body(slack, event, shared=channel.is_shared)


def message_event(slack: Slack, message: Message) -> JsonObject:
    channel = slack.state.channels[message.channel]
    event = message_json(slack, message)
    for key in ("reply_count", "reply_users_count", "reply_users", "latest_reply", "is_locked", "subscribed"):
        event.pop(key, None)
    if not message.is_reply:
        event.pop("thread_ts", None)
    author = slack.state.users.get(message.user)
    if author is not None and author.is_stranger:
        event |= {"user_team": author.team_id, "source_team": author.team_id}
        if message.files:
            event["files"] = [file_reference(file) for file in message.files]
    return event | {"channel": message.channel, "event_ts": message.ts, "channel_type": channel.kind.value}


def changed_events(slack: Slack, message: Message, before: JsonObject) -> Iterator[JsonObject]:
    """`message_changed`, which Slack also sends for the bot's own updates."""
    ts = slack.clock.ts()
    yield from _hidden(
        slack,
        message,
        {
            "subtype": "message_changed",
            "message": message_json(slack, message),
            "previous_message": before,
            "ts": ts,
        },
    )


def deleted_events(slack: Slack, message: Message, before: JsonObject) -> Iterator[JsonObject]:
    """`message_deleted`."""
    yield from _hidden(
        slack,
        message,
        {
            "subtype": "message_deleted",
            "previous_message": before,
            "deleted_ts": message.ts,
            "ts": slack.clock.ts(),
        },
    )


def _hidden(slack: Slack, message: Message, event: JsonObject) -> Iterator[JsonObject]:
    channel = slack.state.channels[message.channel]
    if slack.app.bot_user in channel.members and _SUBSCRIPTION[channel.kind] in slack.app.events:
        yield event_body(
            slack,
            {
                "type": "message",
                **event,
                "channel": channel.id,
                "hidden": True,
                "event_ts": event["ts"],
                "channel_type": channel.kind.value,
            },
        )


def channel_id_event(slack: Slack, old: str, new: str) -> JsonObject:
    """`channel_id_changed`: a private channel that becomes shared gets a new id."""
    return event_body(
        slack,
        {
            "type": "channel_id_changed",
            "old_channel_id": old,
            "new_channel_id": new,
            "event_ts": slack.clock.ts(),
        },
    )


def reaction_event(slack: Slack, kind: str, user: str, name: str, message: Message) -> JsonObject:
    """`reaction_added` or `reaction_removed`."""
    return event_body(
        slack,
        {
            "type": kind,
            "user": user,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "item_user": message.user,
            "event_ts": slack.clock.ts(),
        },
    )


def joined_event(slack: Slack, user: str, channel: Channel, inviter: str | None) -> JsonObject:
    """`member_joined_channel`."""
    return event_body(
        slack,
        {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": "C" if channel.kind is ChannelKind.PUBLIC else "G",
            "team": slack.team,
            "event_ts": slack.clock.ts(),
            **({"inviter": inviter} if inviter else {}),
        },
    )


def home_opened_event(slack: Slack, user: str, direct: Channel, tab: str) -> JsonObject:
    """`app_home_opened`, with the view that is published there, if any."""
    event: JsonObject = {
        "type": "app_home_opened",
        "user": user,
        "channel": direct.id,
        "event_ts": slack.clock.ts(),
        "tab": tab,
    }
    if tab == "home" and user in slack.state.homes:
        event["view"] = view_json(slack, slack.state.homes[user])
    return event_body(slack, event)


def user_changed_event(slack: Slack, user: User) -> JsonObject:
    """`user_change`: somebody's profile, standing or language is another one."""
    shown = user_json(user, email="users:read.email" in slack.app.scopes) | {"locale": user.locale}
    cached = int(slack.clock.now())
    return event_body(
        slack, {"type": "user_change", "user": shown, "cache_ts": cached, "event_ts": slack.clock.ts()}
    )


def stopped_event(slack: Slack, user: str, channel: str, thread_ts: str, streams: list[str]) -> JsonObject:
    """`agent_session_stopped`: somebody pressed the Stop button of an agent's session."""
    return event_body(
        slack,
        {
            "type": "agent_session_stopped",
            "user": user,
            "channel": channel,
            "thread_ts": thread_ts,
            "streaming_message_ts": streams,
            "event_ts": slack.clock.ts(),
        },
    )


def context_event(slack: Slack, user: str, direct: Channel, seen: str | None) -> JsonObject:
    """`app_context_changed`: what somebody looks at while the app is open beside it."""
    entity = {"type": "slack#/types/channel_id", "value": seen, "team_id": slack.team}
    return event_body(
        slack,
        {
            "type": "app_context_changed",
            "user": user,
            "channel": direct.id,
            "context": {"entities": [entity]} if seen else {},
            "event_ts": slack.clock.ts(),
        },
    )
