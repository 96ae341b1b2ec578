"""What Slack sends to the bot: Events API bodies, interactions and commands, shaped as its docs show.

Sources: docs.slack.dev/apis/events-api, /reference/events/*, /reference/interaction-payloads/*.
"""

from collections.abc import Iterator

from bot.local.rendering import message_json, view_json
from bot.local.slack import Slack
from bot.local.things import Channel, ChannelKind, Ephemeral, Message, Obj, View, new_id

_SUBSCRIPTION = {
    ChannelKind.PUBLIC: "message.channels",
    ChannelKind.PRIVATE: "message.groups",
    ChannelKind.DIRECT: "message.im",
}
VERIFICATION_TOKEN = "local-verification-token"  # noqa: S105  # deprecated by Slack, checked by nobody


def event_body(slack: Slack, event: Obj) -> Obj:
    """The Events API's envelope around one event."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": slack.team,
        "context_team_id": slack.team,
        "context_enterprise_id": None,
        "api_app_id": slack.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(slack.clock.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": slack.team,
                "user_id": slack.app.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{new_id('')}",
    }


def message_events(slack: Slack, message: Message) -> Iterator[Obj]:
    """The events of a new message: `message`, and `app_mention` beside it where the bot is named."""
    channel = slack.world.channels[message.channel]
    if slack.app.bot_user not in channel.members:
        return
    plain = message_event(slack, message)
    mentioned = (
        not channel.is_direct
        and not message.by_bot
        and f"<@{slack.app.bot_user}>" in message.text
        and "app_mention" in slack.app.events
    )
    events = [plain] if _SUBSCRIPTION[channel.kind] in slack.app.events else []
    if mentioned:
        keep = (
            "user",
            "ts",
            "client_msg_id",
            "text",
            "team",
            "thread_ts",
            "parent_user_id",
            "blocks",
            "files",
        )
        mention: Obj = {"type": "app_mention"} | {k: plain[k] for k in keep if k in plain}
        mention |= {"channel": message.channel, "event_ts": message.ts}
        events.insert(0 if slack.trouble.mention_order == "mention_first" else 1, mention)
    for event in events:
        yield event_body(slack, event)


def message_event(slack: Slack, message: Message) -> Obj:
    channel = slack.world.channels[message.channel]
    event = message_json(slack, message)
    for key in ("reply_count", "reply_users_count", "reply_users", "latest_reply", "is_locked", "subscribed"):
        event.pop(key, None)
    if not message.is_reply:
        event.pop("thread_ts", None)
    return event | {"channel": message.channel, "event_ts": message.ts, "channel_type": channel.kind.value}


def changed_events(slack: Slack, message: Message, before: Obj) -> Iterator[Obj]:
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


def deleted_events(slack: Slack, message: Message, before: Obj) -> Iterator[Obj]:
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


def _hidden(slack: Slack, message: Message, event: Obj) -> Iterator[Obj]:
    channel = slack.world.channels[message.channel]
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


def reaction_event(slack: Slack, kind: str, user: str, name: str, message: Message) -> Obj:
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


def joined_event(slack: Slack, user: str, channel: Channel, inviter: str | None) -> Obj:
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


def home_opened_event(slack: Slack, user: str, direct: Channel, tab: str) -> Obj:
    """`app_home_opened`, with the view that is published there, if any."""
    event: Obj = {
        "type": "app_home_opened",
        "user": user,
        "channel": direct.id,
        "event_ts": slack.clock.ts(),
        "tab": tab,
    }
    if tab == "home" and user in slack.world.homes:
        event["view"] = view_json(slack, slack.world.homes[user])
    return event_body(slack, event)


def _who(slack: Slack, user_id: str) -> Obj:
    user = slack.world.users[user_id]
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def _base(slack: Slack, kind: str, user_id: str) -> Obj:
    return {
        "type": kind,
        "team": {"id": slack.team, "domain": slack.domain},
        "user": _who(slack, user_id),
        "api_app_id": slack.app.id,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel_ref(channel: Channel) -> Obj:
    return {"id": channel.id, "name": "directmessage" if channel.is_direct else channel.name}


def message_action(
    slack: Slack, user: str, message: Obj, channel: Channel, *, action: Obj, values: Obj
) -> Obj:
    """`block_actions` for an element of a message, as that message looked when it was pressed."""
    container: Obj = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": False,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    return _base(slack, "block_actions", user) | {
        "container": container,
        "trigger_id": slack.new_trigger(user),
        "channel": _channel_ref(channel),
        "message": message,
        "state": {"values": values},
        "response_url": slack.new_response_url(
            user, channel.id, message_ts=message["ts"], thread_ts=message.get("thread_ts")
        ),
        "actions": [action | {"action_ts": slack.clock.ts()}],
    }


def ephemeral_action(
    slack: Slack, user: str, seen: Ephemeral, channel: Channel, *, action: Obj, values: Obj
) -> Obj:
    """`block_actions` for an element of an ephemeral message: Slack sends no message with it."""
    container = {"type": "message", "message_ts": seen.ts, "channel_id": channel.id, "is_ephemeral": True}
    if seen.thread_ts:
        container["thread_ts"] = seen.thread_ts
    return _base(slack, "block_actions", user) | {
        "container": container,
        "trigger_id": slack.new_trigger(user),
        "channel": _channel_ref(channel),
        "state": {"values": values},
        "response_url": slack.new_response_url(
            user, channel.id, ephemeral_ts=seen.ts, thread_ts=seen.thread_ts
        ),
        "actions": [action | {"action_ts": slack.clock.ts()}],
    }


def view_action(slack: Slack, user: str, view: View, action: Obj) -> Obj:
    """`block_actions` for an element of a modal or of the Home tab."""
    return _base(slack, "block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": slack.new_trigger(user, view.id if view.type == "modal" else None),
        "view": view_json(slack, view),
        "actions": [action | {"action_ts": slack.clock.ts()}],
    }


def view_submission(slack: Slack, user: str, view: View) -> Obj:
    """`view_submission`."""
    return _base(slack, "view_submission", user) | {
        "trigger_id": slack.new_trigger(user, view.id),
        "view": view_json(slack, view),
        "response_urls": [],
    }


def view_closed(slack: Slack, user: str, view: View, *, cleared: bool) -> Obj:
    """`view_closed`, sent only for views that asked for it with `notify_on_close`."""
    return _base(slack, "view_closed", user) | {"view": view_json(slack, view), "is_cleared": cleared}


def message_shortcut(slack: Slack, user: str, callback_id: str, message: Message) -> Obj:
    """`message_action`: a message shortcut."""
    channel = slack.world.channels[message.channel]
    return _base(slack, "message_action", user) | {
        "callback_id": callback_id,
        "trigger_id": slack.new_trigger(user),
        "response_url": slack.new_response_url(user, channel.id, thread_ts=message.thread_ts),
        "action_ts": slack.clock.ts(),
        "message_ts": message.ts,
        "channel": _channel_ref(channel),
        "message": message_json(slack, message),
    }


def global_shortcut(slack: Slack, user: str, callback_id: str) -> Obj:
    """`shortcut`: a global shortcut."""
    return _base(slack, "shortcut", user) | {
        "callback_id": callback_id,
        "trigger_id": slack.new_trigger(user),
        "action_ts": slack.clock.ts(),
    }


def slash_command(slack: Slack, user_id: str, channel: Channel, command: str, text: str) -> Obj:
    """A slash command; over HTTP these are form fields."""
    user = slack.world.users[user_id]
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": user.team_id,
        "team_domain": slack.domain,
        "channel_id": channel.id,
        "channel_name": _channel_ref(channel)["name"],
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": slack.app.id,
        "is_enterprise_install": "false",
        "response_url": slack.new_response_url(user.id, channel.id),
        "trigger_id": slack.new_trigger(user.id),
    }
