"""`assistant.threads.*` and `agents.sessions.*`: an agent's status, shown in its thread."""

from collections.abc import Mapping

from slack_local.model.errors import SlackError, invalid_arguments
from slack_local.model.records import JsonObject, Message
from slack_local.model.slack import Slack
from slack_local.web_api.call import Call, Method

STATUSES = ("active", "processing", "suspended", "closed")
MAX_PROMPTS = 4
STATUS_TTL = 120.0  # seconds after which an assistant's status expires


def _root(call: Call) -> Message:
    channel = call.channel("channel_id", member=True)
    return call.message(channel, "thread_ts", error="thread_not_found")


async def set_thread_status(call: Call) -> JsonObject:
    root = _root(call)
    if "status" not in call.arguments:
        raise invalid_arguments("missing required field: status")
    key = (root.channel, root.ts)
    status = call.text("status")
    if status is None:
        call.slack.state.statuses.pop(key, None)
    else:
        call.slack.state.statuses[key] = status
        call.slack.state.status_ends[key] = call.slack.clock.now() + STATUS_TTL
    call.slack.message_changed(root)
    return {}


async def set_thread_title(call: Call) -> JsonObject:
    root = _root(call)
    title = call.required("title")
    call.slack.state.sessions.setdefault((root.channel, root.ts), {})["title"] = title
    call.slack.message_changed(root)
    return {}


async def set_suggested_prompts(call: Call) -> JsonObject:
    channel = call.channel("channel_id", member=True)
    prompts = call.json("prompts")
    if not isinstance(prompts, list) or not 0 < len(prompts) <= MAX_PROMPTS:
        raise invalid_arguments("must have from 1 to 4 items [json-pointer:/prompts]")
    for at, prompt in enumerate(prompts):
        for key in ("title", "message"):
            if not isinstance(prompt, dict) or not isinstance(prompt.get(key), str) or not prompt[key]:
                raise invalid_arguments(f"missing required field: {key} [json-pointer:/prompts/{at}]")
    call.slack.state.prompts[channel.id] = {"title": call.text("title") or "", "prompts": prompts}
    call.slack.changes.notify(("channel", channel.id), "anything")
    return {}


def put_status(
    slack: Slack, channel: str, thread_ts: str, status: str, title: str | None = None
) -> dict[str, str]:
    """Set an agent session's status, making the session if need be; a title only counts when it is made."""
    session = slack.state.sessions.setdefault((channel, thread_ts), {"title": title or ""})
    session["status"] = status
    slack.changes.notify(("thread", channel, thread_ts), ("channel", channel), "anything")
    return session


async def set_session_status(call: Call) -> JsonObject:
    status = call.required("status")
    if status not in STATUSES:
        raise invalid_arguments("must be a valid enum value [json-pointer:/status]")
    title = call.text("title")
    if title is not None and len(title) > 200:
        raise SlackError("invalid_title")
    root = _root(call)
    session = put_status(call.slack, root.channel, root.ts, status, title)
    if status == "processing" and "agent_session_stopped" not in call.slack.app.events:
        call.warnings.append("missing_agent_session_stopped_event_subscription")
    return {"status": status, "agent_status": status, "title": session.get("title", "")}


async def rename_session(call: Call) -> JsonObject:
    root = _root(call)
    title = call.required("title")
    if len(title) > 200:
        raise SlackError("invalid_title")
    session = call.slack.state.sessions.get((root.channel, root.ts))
    if session is None:
        raise SlackError("session_not_found")
    session["title"] = title
    call.slack.message_changed(root)
    return {"title": title}


METHODS: Mapping[str, Method] = {
    "assistant.threads.setStatus": Method(run=set_thread_status, scopes=("assistant:write", "chat:write")),
    "assistant.threads.setTitle": Method(run=set_thread_title, scopes=("assistant:write",)),
    "assistant.threads.setSuggestedPrompts": Method(run=set_suggested_prompts, scopes=("assistant:write",)),
    "agents.sessions.setStatus": Method(run=set_session_status, scopes=("chat:write",)),
    "agents.sessions.rename": Method(run=rename_session, scopes=("chat:write",)),
}
