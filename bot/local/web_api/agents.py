"""`assistant.threads.setStatus` and `agents.sessions.setStatus`: what an agent is at, shown in its thread."""

from bot.local.errors import SlackError, invalid_arguments
from bot.local.things import Message, Obj
from bot.local.web_api.call import Call, Method

STATUSES = ("active", "processing", "suspended", "closed")


def _root(call: Call) -> Message:
    channel = call.channel("channel_id", member=True)
    return call.message(channel, "thread_ts", error="thread_not_found")


async def set_thread_status(call: Call) -> Obj:
    root = _root(call)
    if "status" not in call.arguments:
        raise invalid_arguments("missing required field: status")
    key = (root.channel, root.ts)
    status = call.text("status")
    if status is None:
        call.slack.world.statuses.pop(key, None)
    else:
        call.slack.world.statuses[key] = status
    call.slack.message_changed(root)
    return {}


async def set_session_status(call: Call) -> Obj:
    status = call.required("status")
    if status not in STATUSES:
        raise invalid_arguments("must be a valid enum value [json-pointer:/status]")
    title = call.text("title")
    if title is not None and len(title) > 200:
        raise SlackError("invalid_title")
    root = _root(call)
    session = call.slack.world.sessions.setdefault((root.channel, root.ts), {"title": title or ""})
    session["status"] = status
    call.slack.message_changed(root)
    return {"status": status, "agent_status": status, "title": session["title"]}


METHODS = {
    "assistant.threads.setStatus": Method(run=set_thread_status, scopes=("assistant:write", "chat:write")),
    "agents.sessions.setStatus": Method(run=set_session_status, scopes=("chat:write",)),
}
