"""`chat.startStream`, `appendStream`, `stopStream`: a message that is streamed."""

from collections.abc import Mapping
from typing import Any

from slack_local.block_kit.elements import url_source
from slack_local.block_kit.surfaces import message_blocks
from slack_local.block_kit.validators import Problems, anything, by_type, choice, each, shape, string
from slack_local.model.errors import SlackError, invalid_arguments
from slack_local.model.records import Channel, JsonObject, Message
from slack_local.operations import messages
from slack_local.payloads.serializers import message_json
from slack_local.web_api.call import Call, Method
from slack_local.web_api.methods import agents
from slack_local.web_api.methods.chat import posting

STREAM_TTL = 300.0  # seconds without an append after which a stream ends by itself
MAX_MARKDOWN = 12_000
TASK_DISPLAY_MODES = ("timeline", "plan")
_task = {"type": choice("task_update"), "id": string(), "title": string()}
_more = {
    "status": choice("pending", "in_progress", "complete", "error"),
    "details": string(least=0),
    "output": string(least=0),
    "sources": each(url_source, least=0),
}
_chunks = each(
    by_type(
        {
            "markdown_text": shape({"type": choice("markdown_text"), "text": string(MAX_MARKDOWN, 0)}),
            "task_update": shape(_task, _more),
            "plan_update": shape({"type": choice("plan_update"), "title": string()}),
            "blocks": shape({"type": choice("blocks"), "blocks": anything}),
        }
    )
)


async def start(call: Call) -> JsonObject:
    slack = call.slack
    channel = posting.writable(call)
    root = channel.messages.get(call.required("thread_ts"))
    if root is None:
        raise SlackError("thread_not_found")
    if not channel.is_direct:
        if call.text("recipient_team_id") is None:
            raise SlackError("missing_recipient_team_id")
        if call.text("recipient_user_id") is None:
            raise SlackError("missing_recipient_user_id")
    display = call.text("task_display_mode") or "timeline"
    if display not in TASK_DISPLAY_MODES:
        raise invalid_arguments("must be a valid enum value [json-pointer:/task_display_mode]")
    username, icons = posting.custom_look(call)
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
        stream_expires_at=slack.clock.now() + STREAM_TTL,
        task_display_mode=display,
    )
    _grow(call, message)
    messages.post(slack, call.delivery, message)
    return {"channel": channel.id, "ts": message.ts}


def _streaming(call: Call) -> tuple[Channel, Message]:
    channel = call.channel()
    message = posting.own_message(call, channel, "message_not_owned_by_app")
    if message.stopped_by_user:
        raise SlackError("stopped_by_user")
    if message.streaming and call.slack.clock.now() > message.stream_expires_at:
        message.streaming = False
    if not message.streaming:
        raise SlackError("message_not_in_streaming_state")
    return channel, message


async def append(call: Call) -> JsonObject:
    channel, message = _streaming(call)
    if call.text("markdown_text") is None and not call.json("chunks"):
        raise invalid_arguments("missing required field: markdown_text")
    _grow(call, message)
    message.stream_expires_at = call.slack.clock.now() + STREAM_TTL
    call.slack.message_changed(message)
    return {"channel": channel.id, "ts": message.ts}


async def stop(call: Call) -> JsonObject:
    channel, message = _streaming(call)
    blocks = message_blocks(call.json("blocks"))
    given = posting.metadata(call)
    status = call.text("session_status")
    if status is not None and status not in agents.STATUSES:
        raise invalid_arguments("must be a valid enum value [json-pointer:/session_status]")
    _grow(call, message)
    if not message.text and not message.blocks and not blocks:
        raise SlackError("no_text")
    changes = {"streaming": False, "blocks": message.blocks + blocks, "metadata": given or message.metadata}
    messages.change(call.slack, call.delivery, message, **changes)
    if status is not None:
        agents.put_status(call.slack, channel.id, message.thread_ts or message.ts, status)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(call.slack, message)}


def _grow(call: Call, message: Message) -> None:
    """Add what the call brings; nothing is added when any of it is refused."""
    text = message.text + (call.text("markdown_text") or "")
    blocks = [block for block in message.blocks if block["type"] != "markdown"]
    chunks = call.json("chunks") or []
    problems: Problems = []
    if chunks:
        _chunks(chunks, "/chunks", problems)
    if problems:
        raise SlackError("invalid_chunks", [f"[ERROR] {problem}" for problem in problems])
    for chunk in chunks:
        kind = chunk["type"]
        if kind == "markdown_text":
            text += chunk["text"]
        elif kind == "task_update":
            blocks = _with_task(blocks, chunk, message.task_display_mode)
        elif kind == "plan_update" and message.task_display_mode == "plan":
            blocks = _with_plan(blocks, title=chunk["title"])
        elif kind == "blocks":
            blocks += message_blocks(chunk["blocks"])
    if len(text) > MAX_MARKDOWN:
        raise SlackError("msg_too_long")
    said = message_blocks([{"type": "markdown", "text": text}]) if text.strip() else []
    message.text, message.blocks = text, blocks + said


def _with_task(blocks: list[JsonObject], chunk: JsonObject, display: str) -> list[JsonObject]:
    """The blocks with one task card, new or brought up to date; in a plan, inside its block."""
    plan = next((b for b in blocks if b["type"] == "plan"), None)
    cards = (plan or {}).get("tasks", []) if display == "plan" else blocks
    known = next((b for b in cards if b["type"] == "task_card" and b["task_id"] == chunk["id"]), {})
    task: JsonObject = {**known, "type": "task_card", "task_id": chunk["id"], "title": chunk["title"]}
    task |= {k: chunk[k] for k in ("status", "sources") if k in chunk}
    task |= {k: _prose(chunk[k]) for k in ("details", "output") if chunk.get(k)}
    (card,) = message_blocks([task])
    cards = [card if b is known else b for b in cards] if known else [*cards, card]
    return _with_plan(blocks, tasks=cards) if display == "plan" else cards


def _with_plan(blocks: list[JsonObject], **changes: Any) -> list[JsonObject]:
    """The blocks with the plan's block, new or brought up to date."""
    known = next((b for b in blocks if b["type"] == "plan"), {})
    (plan,) = message_blocks([{"type": "plan", "title": "Plan", "tasks": [], **known, **changes}])
    return [plan if b is known else b for b in blocks] if known else [*blocks, plan]


def _prose(text: Any) -> JsonObject:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(text)}]}
    return {"type": "rich_text", "elements": [section]}


METHODS: Mapping[str, Method] = {
    "chat.startStream": Method(run=start, scopes=posting.WRITE),
    "chat.appendStream": Method(run=append, scopes=posting.WRITE),
    "chat.stopStream": Method(run=stop, scopes=posting.WRITE),
}
