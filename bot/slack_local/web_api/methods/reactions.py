"""`reactions.*`."""

import re
from collections.abc import Mapping

from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject, Message
from slack_local.payloads import events
from slack_local.payloads.serializers import message_json
from slack_local.web_api.call import Call, Method


def _target(call: Call) -> tuple[Message, str]:
    name = call.required("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise SlackError("invalid_name")
    channel = call.channel(member=True)
    if call.text("timestamp") is None:
        raise SlackError("no_item_specified")
    return call.message(channel, "timestamp"), name


async def add(call: Call) -> JsonObject:
    message, name = _target(call)
    bot = call.slack.app.bot_user
    users = message.reactions.setdefault(name, [])
    if bot in users:
        raise SlackError("already_reacted")
    users.append(bot)
    _send_event(call, "reaction_added", name, message)
    return {}


async def remove(call: Call) -> JsonObject:
    message, name = _target(call)
    bot = call.slack.app.bot_user
    if bot not in message.reactions.get(name, ()):
        raise SlackError("no_reaction")
    message.reactions[name].remove(bot)
    if not message.reactions[name]:
        del message.reactions[name]
    _send_event(call, "reaction_removed", name, message)
    return {}


def _send_event(call: Call, kind: str, name: str, message: Message) -> None:
    call.slack.message_changed(message)
    if kind in call.slack.app.events:
        event = events.reaction_event(call.slack, kind, call.slack.app.bot_user, name, message)
        call.delivery.events([event])


async def get(call: Call) -> JsonObject:
    channel = call.channel()
    message = call.message(channel, "timestamp")
    return {"type": "message", "channel": channel.id, "message": message_json(call.slack, message)}


METHODS: Mapping[str, Method] = {
    "reactions.add": Method(run=add, scopes=("reactions:write",)),
    "reactions.remove": Method(run=remove, scopes=("reactions:write",)),
    "reactions.get": Method(run=get, scopes=("reactions:read",), takes_json=False),
}
