"""`chat.*`: posting, updating, deleting, ephemeral messages, links."""

from collections.abc import Mapping
from typing import Any

from slack_local.block_kit.surfaces import message_blocks
from slack_local.model.errors import SlackError, invalid_arguments
from slack_local.model.records import Channel, ChannelKind, JsonObject, Message
from slack_local.operations import messages
from slack_local.payloads.serializers import message_json
from slack_local.web_api.call import Call, Method

MAX_TEXT = 40_000  # a post: what is longer is cut
MAX_UPDATED_TEXT = (
    4_000  # an update: what is longer is refused (docs.slack.dev/reference/methods/chat.update)
)
WRITE = ("chat:write",)


async def post_message(call: Call) -> JsonObject:
    channel = writable(call)
    message = compose(call, channel)
    messages.post(call.slack, call.delivery, message)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(call.slack, message)}


def writable(call: Call, name: str = "channel") -> Channel:
    """The channel to post to; a user's id opens the direct messages with them, as in Slack."""
    slack = call.slack
    wanted = call.required(name)
    if wanted in slack.state.users and not slack.state.users[wanted].is_bot:
        return slack.state.open_direct(slack.app.bot_user, wanted, int(slack.clock.now()))
    channel = call.channel(name, by_name=True)
    if slack.app.bot_user not in channel.members and not (
        channel.kind is ChannelKind.PUBLIC and "chat:write.public" in slack.app.scopes
    ):
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def compose(call: Call, channel: Channel) -> Message:
    """A message of the bot from a call's arguments; not yet filed."""
    slack = call.slack
    text, blocks, attachments = content(call)
    thread_ts = call.text("thread_ts")
    root = channel.messages.get(thread_ts) if thread_ts else None
    if thread_ts is not None:
        if root is None:
            raise SlackError("thread_not_found")
        thread_ts = root.thread_ts or root.ts  # a reply to a reply lands in the same thread
    broadcast = call.flag("reply_broadcast") and thread_ts is not None
    username, icons = custom_look(call)
    return Message(
        channel=channel.id,
        ts=slack.clock.ts(),
        user=slack.app.bot_user,
        team=slack.team,
        text=text,
        thread_ts=thread_ts,
        subtype="thread_broadcast" if broadcast else ("bot_message" if username or icons else None),
        blocks=blocks,
        attachments=attachments,
        by_bot=True,
        username=username,
        icons=icons,
        metadata=metadata(call),
        mrkdwn=call.flag("mrkdwn", True),
    )


def custom_look(call: Call) -> tuple[str | None, JsonObject | None]:
    """A name and icons of the message's own, which need a scope of their own."""
    username = call.text("username")
    icons = {k.removeprefix("icon_"): v for k in ("icon_emoji", "icon_url") if (v := call.text(k))} or None
    if username or icons:
        call.needs_scope("chat:write.customize")
    return username, icons


def content(call: Call) -> tuple[str, list[JsonObject], list[JsonObject]]:
    """Text, blocks and attachments of a message; at least one of them has to say something."""
    text = call.text("text") or ""
    blocks = message_blocks(call.json("blocks"))
    attachments = _attachments(call.json("attachments"))
    if markdown := call.text("markdown_text"):
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > 12_000:
            raise SlackError("msg_too_long")
        text, blocks = markdown, message_blocks([{"type": "markdown", "text": markdown}])
    if not text.strip() and not blocks and not attachments:
        raise SlackError("no_text")
    if len(text) > MAX_TEXT:
        call.slack.violation(
            call.method, "text_truncated", (f"{len(text)} characters were cut to {MAX_TEXT}",)
        )
        text = text[:MAX_TEXT]
    return text, blocks, attachments


def _attachments(given: Any) -> list[JsonObject]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(a, dict) for a in given):
        raise SlackError("invalid_attachments")
    if len(given) > 100:
        raise SlackError("too_many_attachments")
    return [
        {"fallback": "[no preview available]"}
        | attachment
        | {"id": number}
        | ({"blocks": message_blocks(attachment["blocks"])} if "blocks" in attachment else {})
        for number, attachment in enumerate(given, 1)
    ]


def metadata(call: Call) -> JsonObject | None:
    """Message metadata: a type and an object, within Slack's sizes."""
    given = call.json("metadata")
    if given in (None, {}):
        return None
    if not isinstance(given, dict) or not isinstance(given.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    payload = given.get("event_payload")
    if not isinstance(payload, dict):
        raise SlackError("invalid_metadata_schema")
    if set(given) - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_schema")
    return {"event_type": given["event_type"], "event_payload": payload}


def own_message(call: Call, channel: Channel, refusal: str) -> Message:
    """A message of that channel that the bot itself wrote."""
    message = call.message(channel)
    if message.tombstone:
        raise SlackError("message_not_found")
    if not message.by_bot:
        raise SlackError(refusal)
    return message


async def update(call: Call) -> JsonObject:
    channel = call.channel()
    message = own_message(call, channel, "cant_update_message")
    if message.streaming:
        raise SlackError("streaming_state_conflict")
    changes: JsonObject = {}
    given = call.arguments
    if all(given.get(key) is None for key in ("text", "blocks", "attachments", "markdown_text", "metadata")):
        raise SlackError("no_text")
    if any(given.get(key) is not None for key in ("text", "blocks", "attachments", "markdown_text")):
        text, blocks, attachments = content(call)
        if len(call.text("text") or "") > MAX_UPDATED_TEXT:
            raise SlackError("msg_too_long")
        # Text alone removes the blocks; attachments stay unless they are given.
        changes |= {"text": text, "blocks": blocks}
        if given.get("attachments") is not None:
            changes["attachments"] = attachments
    if given.get("metadata") is not None:
        changes["metadata"] = metadata(call)
    changes["edited"] = {"user": call.slack.app.bot_user, "ts": call.slack.clock.ts()}
    messages.change(call.slack, call.delivery, message, **changes)
    shown = message_json(call.slack, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


async def delete(call: Call) -> JsonObject:
    channel = call.channel()
    message = own_message(call, channel, "cant_delete_message")
    messages.delete(call.slack, call.delivery, message)
    return {"channel": channel.id, "ts": message.ts}


async def post_ephemeral(call: Call) -> JsonObject:
    channel = writable(call)
    user = call.required("user")
    if user not in call.slack.state.users:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks, attachments = content(call)
    seen = messages.post_ephemeral(
        call.slack,
        user,
        channel.id,
        text,
        blocks=blocks,
        attachments=attachments,
        thread_ts=call.text("thread_ts"),
    )
    return {"message_ts": seen.ts}


async def permalink(call: Call) -> JsonObject:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    link = f"{call.slack.address}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def future_time(call: Call) -> int:
    """`post_at`: within the next 120 days."""
    post_at = call.integer("post_at")
    if post_at is None:
        raise invalid_arguments("missing required field: post_at")
    now = call.slack.clock.now()
    if post_at <= now:
        raise SlackError("time_in_past")
    if post_at > now + 120 * 86_400:
        raise SlackError("time_too_far")
    return post_at


METHODS: Mapping[str, Method] = {
    "chat.postMessage": Method(run=post_message, scopes=WRITE),
    "chat.update": Method(run=update, scopes=WRITE),
    "chat.delete": Method(run=delete, scopes=WRITE),
    "chat.postEphemeral": Method(run=post_ephemeral, scopes=WRITE),
    "chat.getPermalink": Method(run=permalink, takes_json=False),
}
