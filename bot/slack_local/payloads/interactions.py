"""Interaction payloads and slash commands, shaped as Slack's documentation shows them.

Sources: docs.slack.dev/reference/interaction-payloads/*, /interactivity/implementing-slash-commands.
"""

from slack_local.model.records import Channel, Ephemeral, JsonObject, Message, View
from slack_local.model.slack import Slack
from slack_local.payloads.events import VERIFICATION_TOKEN
from slack_local.payloads.serializers import message_json, view_json


def _who(slack: Slack, user_id: str) -> JsonObject:
    user = slack.state.users[user_id]
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def _base(slack: Slack, kind: str, user_id: str) -> JsonObject:
    organisation = slack.organisation
    return {
        "type": kind,
        "team": None if organisation else {"id": slack.team, "domain": slack.domain},
        "user": _who(slack, user_id),
        "api_app_id": slack.app.id,
        "token": VERIFICATION_TOKEN,
        "enterprise": {"id": organisation.id, "name": organisation.name} if organisation else None,
        "is_enterprise_install": organisation is not None,
    }


def _channel_ref(channel: Channel) -> JsonObject:
    return {"id": channel.id, "name": "directmessage" if channel.is_direct else channel.name}


def message_action(
    slack: Slack,
    user: str,
    message: JsonObject,
    channel: Channel,
    *,
    action: JsonObject,
    values: JsonObject,
    attachment: int | None = None,
) -> JsonObject:
    """`block_actions` for an element of a message, as that message looked when it was pressed."""
    container: JsonObject = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": False,
    }
    if attachment is not None:
        container |= {"attachment_id": attachment, "is_app_unfurl": False}
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
    slack: Slack, user: str, seen: Ephemeral, channel: Channel, *, action: JsonObject, values: JsonObject
) -> JsonObject:
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


def view_action(slack: Slack, user: str, view: View, action: JsonObject) -> JsonObject:
    """`block_actions` for an element of a modal or of the Home tab."""
    return _base(slack, "block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": slack.new_trigger(user),
        "view": view_json(slack, view),
        "actions": [action | {"action_ts": slack.clock.ts()}],
    }


def view_submission(slack: Slack, user: str, view: View) -> JsonObject:
    """`view_submission`."""
    return _base(slack, "view_submission", user) | {
        "trigger_id": slack.new_trigger(user),
        "view": view_json(slack, view),
        "response_urls": [],
    }


def view_closed(slack: Slack, user: str, view: View, *, cleared: bool) -> JsonObject:
    """`view_closed`, sent only for views that asked for it with `notify_on_close`."""
    return _base(slack, "view_closed", user) | {"view": view_json(slack, view), "is_cleared": cleared}


def block_suggestion(
    slack: Slack, user: str, block_id: str, action_id: str, *, typed: str, where: JsonObject
) -> JsonObject:
    """`block_suggestion`: an external select asks for options; `where` contains it."""
    asked = {"action_id": action_id, "block_id": block_id, "value": typed}
    return _base(slack, "block_suggestion", user) | where | asked


def message_shortcut(slack: Slack, user: str, callback_id: str, message: Message) -> JsonObject:
    """`message_action`: a message shortcut."""
    channel = slack.state.channels[message.channel]
    return _base(slack, "message_action", user) | {
        "callback_id": callback_id,
        "trigger_id": slack.new_trigger(user),
        "response_url": slack.new_response_url(user, channel.id, thread_ts=message.thread_ts),
        "action_ts": slack.clock.ts(),
        "message_ts": message.ts,
        "channel": _channel_ref(channel),
        "message": message_json(slack, message),
    }


def global_shortcut(slack: Slack, user: str, callback_id: str) -> JsonObject:
    """`shortcut`: a global shortcut."""
    return _base(slack, "shortcut", user) | {
        "callback_id": callback_id,
        "trigger_id": slack.new_trigger(user),
        "action_ts": slack.clock.ts(),
    }


def slash_command(slack: Slack, user_id: str, channel: Channel, command: str, text: str) -> JsonObject:
    """A slash command; over HTTP these are form fields."""
    user = slack.state.users[user_id]
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
        "is_enterprise_install": "true" if slack.organisation else "false",
        **({"enterprise_id": slack.organisation.id} if slack.organisation else {}),
        "response_url": slack.new_response_url(user.id, channel.id),
        "trigger_id": slack.new_trigger(user.id),
    }
