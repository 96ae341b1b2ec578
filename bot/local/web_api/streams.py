"""`chat.startStream`, `appendStream`, `stopStream`: a message that grows while it is read."""

from bot.local import conduct
from bot.local.block_kit.surfaces import message_blocks
from bot.local.errors import SlackError, invalid_arguments
from bot.local.rendering import message_json
from bot.local.things import Channel, Message, Obj
from bot.local.web_api import chat
from bot.local.web_api.call import Call, Method

STREAM_LIFE = 300.0  # seconds without an append after which a stream ends by itself
MAX_MARKDOWN = 12_000
_CHUNKS = {"markdown_text": "text", "task_update": "id", "plan_update": "title", "blocks": "blocks"}


async def start(call: Call) -> Obj:
    slack = call.slack
    channel = chat.writable(call)
    thread_ts = call.required("thread_ts")
    root = channel.messages.get(thread_ts)
    if root is None:
        raise SlackError("thread_not_found")
    if not channel.is_direct:
        if call.text("recipient_team_id") is None:
            raise SlackError("missing_recipient_team_id")
        if call.text("recipient_user_id") is None:
            raise SlackError("missing_recipient_user_id")
    username, icons = chat.custom_look(call)
    message = Message(
        channel=channel.id,
        ts=slack.clock.ts(),
        user=slack.app.bot_user,
        team=slack.team,
        text="",
        thread_ts=root.thread_ts or root.ts,
        by_bot=True,
        username=username,
        icons=icons,
        streaming=True,
        stream_expires_at=slack.clock.now() + STREAM_LIFE,
    )
    _grow(call, message)
    conduct.post(slack, call.delivery, message)
    return {"channel": channel.id, "ts": message.ts}


def _streaming(call: Call) -> tuple[Channel, Message]:
    channel = call.channel()
    message = chat.own_message(call, channel, "message_not_owned_by_app")
    if message.streaming and call.slack.clock.now() > message.stream_expires_at:
        message.streaming = False
    if not message.streaming:
        raise SlackError("message_not_in_streaming_state")
    return channel, message


async def append(call: Call) -> Obj:
    channel, message = _streaming(call)
    if call.text("markdown_text") is None and not call.json("chunks"):
        raise invalid_arguments("missing required field: markdown_text")
    _grow(call, message)
    message.stream_expires_at = call.slack.clock.now() + STREAM_LIFE
    call.slack.message_changed(message)
    return {"channel": channel.id, "ts": message.ts}


async def stop(call: Call) -> Obj:
    channel, message = _streaming(call)
    blocks = message_blocks(call.json("blocks"))
    given = chat.metadata(call)
    _grow(call, message)
    if not message.text and not blocks:
        raise SlackError("no_text")
    shown = message_blocks([{"type": "markdown", "text": message.text}]) if message.text else []
    conduct.change(
        call.slack,
        call.delivery,
        message,
        streaming=False,
        blocks=shown + blocks,
        metadata=given or message.metadata,
    )
    return {"channel": channel.id, "ts": message.ts, "message": message_json(call.slack, message)}


def _grow(call: Call, message: Message) -> None:
    added = call.text("markdown_text") or ""
    for at, chunk in enumerate(call.json("chunks") or ()):
        kind = chunk.get("type") if isinstance(chunk, dict) else None
        if kind not in _CHUNKS or _CHUNKS[kind] not in chunk:
            raise SlackError("invalid_chunks", [f"[ERROR] invalid chunk [json-pointer:/chunks/{at}]"])
        if kind == "markdown_text":
            added += chunk["text"]
        elif kind == "task_update":
            message.attachments = [a for a in message.attachments if a.get("id") != chunk["id"]] + [chunk]
    if len(added) > MAX_MARKDOWN or len(message.text) + len(added) > MAX_MARKDOWN:
        raise SlackError("msg_too_long")
    message.text += added


METHODS = {
    "chat.startStream": Method(run=start, scopes=chat.WRITE),
    "chat.appendStream": Method(run=append, scopes=chat.WRITE),
    "chat.stopStream": Method(run=stop, scopes=chat.WRITE),
}
