"""Message events: stored before they are acknowledged, so that no acknowledged message is lost.

Bolt runs with process_before_response: if storing fails, the event is not acknowledged, so Slack retries it.
A mention in a channel arrives twice, as `app_mention` and as `message`; both have the same key.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from countersign.flow.errors import SlackRefused
from countersign.flow.files.shared_file import files_body
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, lazy_text
from countersign.slack.files.event_files import files_of
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.listeners.events.control_messages import take_control
from countersign.slack.listeners.events.mentions import has_twin, is_direct, mentions_bot, without_mentions
from countersign.slack.text.incoming import readable
from countersign.slack.transport.inbound.deduplication import MessageDeduplicator, RecentKeys
from countersign.slack.transport.outbound.web_api import Workspace

log = structlog.get_logger()

_SUBTYPES = {None, "file_share", "thread_broadcast"}  # the others are edits, joins, bots, ...
_LATE_AFTER = 2.0  # seconds from writing to delivery; usually Slack takes far less
_EMPTY_MENTION = N_("Write your request in the same message as the mention.")


def register(app: AsyncApp, context: ListenerContext) -> None:
    deduplicator = MessageDeduplicator(context.store)
    answered = RecentKeys()

    async def on_message(event: dict[str, Any], body: dict[str, Any], request: AsyncBoltRequest) -> None:
        if deleted := own_message_deleted(event, context.workspace):
            await _post_card_again(context, *deleted)
            return
        if unnamed := unnamed_deletion(event):
            await _take_deletion(context, *unnamed, body.get("event_id"))
            return
        revision = revision_from(event, body.get("event_id"), context.workspace)
        if revision is not None:
            await context.store.accept(revision)
            return
        inbound = message_from(event, body.get("event_id"), context.workspace)
        if inbound is None:
            return
        if await take_control(context, event, inbound, answered):
            return
        empty = not inbound.text and inbound.body is None
        if empty and not context.graphs[context.default_graph].needs_form(new=True):
            if inbound.may_open and not has_twin(event) and answered.add(inbound.key):
                context.notify_user(inbound.thread, inbound.user, lazy_text(_EMPTY_MENTION))
            return
        # An error from here on leaves the mention unacknowledged: Slack retries it, and then it is late.
        late = inbound.may_open and _is_late(inbound, request)
        missed_replies = await replies_after(context, inbound) if late else ()
        stored = await deduplicator.accept(inbound)
        if stored and inbound.may_open and not late and await context.store.overtaken(inbound):
            missed_replies = await replies_after(context, inbound)
        for each in missed_replies:
            await deduplicator.accept(each)

    app.event("app_mention")(on_message)
    app.event("message")(on_message)


async def _post_card_again(context: ListenerContext, channel: str, ts: str) -> None:
    """A moderator deleted a message of the bot's; if it was an open card, it is posted again."""
    team = context.workspace.team
    thread = await context.delivery.card_lost(team, channel, ts, "deleted")
    if thread is not None:
        again = context.delivery.deliver_thread(thread.channel, thread.ts)
        context.background_tasks.start("post_card_again", again)


async def _take_deletion(context: ListenerContext, channel: str, ts: str, event_id: str | None) -> None:
    """It may have been a card, a reply that is stored, or a reply that Slack has yet to deliver."""
    # Stored before the reply is looked up, so that a reply stored meanwhile sees it.
    await _post_card_again(context, channel, ts)
    key = _message_key(context.workspace, channel, ts)
    message = await context.store.message(key)
    if message is not None:
        await context.store.accept(_revision(key, message.thread, message.user, event_id or "deleted"))


def unnamed_deletion(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """Channel and ts of a deleted message whose `previous_message` Slack does not send; else None."""
    if event.get("subtype") != "message_deleted" or isinstance(event.get("previous_message"), Mapping):
        return None
    channel, ts = event.get("channel"), event.get("deleted_ts")
    return (str(channel), str(ts)) if channel and ts else None


def own_message_deleted(event: Mapping[str, Any], workspace: Workspace) -> tuple[str, str] | None:
    """Channel and ts of a message of the bot's own that was deleted; None for any other event."""
    before = event.get("previous_message")
    if event.get("subtype") != "message_deleted" or not isinstance(before, Mapping):
        return None
    ours = before.get("user") == workspace.bot_user or (
        bool(workspace.bot_id) and before.get("bot_id") == workspace.bot_id
    )
    channel, ts = event.get("channel"), event.get("deleted_ts") or before.get("ts")
    return (str(channel), str(ts)) if ours and channel and ts else None


def _is_late(inbound: Inbound, request: AsyncBoltRequest) -> bool:
    """Whether replies to it may have arrived and been dropped, longer ago than the store remembers."""
    retry = request.headers.get("x-slack-retry-num", ["0"])[0]  # Socket Mode sends 0 with the first attempt
    return retry != "0" or time.time() - float(inbound.ts or 0) > _LATE_AFTER


async def replies_after(context: ListenerContext, mention: Inbound) -> tuple[Inbound, ...]:
    """The replies in the mention's thread that were written after it, before the thread was known here.

    Empty if Slack refuses to list them. Raises RateLimited and SlackUnreachable.
    """
    try:
        answer = await context.api.read(
            "conversations.replies",
            channel=mention.thread.channel,
            ts=mention.thread.ts,
            oldest=mention.ts,
            limit=200,
        )
    except SlackRefused as refused:
        log.info("replies_not_read", thread_id=mention.thread.id, slack_error=refused.error)
        return ()
    found = (
        message_from({**message, "channel": mention.thread.channel}, None, context.workspace)
        for message in answer.get("messages", [])
    )
    return tuple(each for each in found if each is not None and each.written_after(mention.ts))


def message_from(event: Mapping[str, Any], event_id: str | None, workspace: Workspace) -> Inbound | None:
    """A message of a person to the bot, or in a thread that it may take part in; None for any other event."""
    user, channel, ts = event.get("user"), event.get("channel"), event.get("ts")
    if event.get("subtype") not in _SUBTYPES or has_bot_trace(event) or not (user and channel and ts):
        return None
    if user in {workspace.bot_user, "USLACKBOT"}:
        return None
    text = str(event.get("text") or "")
    opens = mentions_bot(event, workspace) or is_direct(event)
    if not opens and event.get("thread_ts") is None:
        return None
    return Inbound(
        key=_message_key(workspace, channel, ts),
        kind=InboundKind.MESSAGE,
        thread=ThreadRef(team=workspace.team, channel=str(channel), ts=str(event.get("thread_ts") or ts)),
        user=str(user),
        text=readable(without_mentions(text, workspace)),
        body=files_body(files_of(event)),
        event_id=event_id,
        may_open=opens,
        ts=str(ts),
    )


def has_bot_trace(message: Mapping[str, Any]) -> bool:
    """Whether an app or a workflow wrote the message, even in the name of a person."""
    return any(
        value and (name == "app_id" or name.startswith(("bot_", "workflow")))
        for name, value in message.items()
    )


def revision_from(event: Mapping[str, Any], event_id: str | None, workspace: Workspace) -> Inbound | None:
    """An edit or a deletion of a person's message; None for any other event.

    Slack sends `message_changed` for unfurled links and new replies as well: an edit changes the text.
    """
    before, after = event.get("previous_message"), event.get("message")
    if event.get("type") != "message" or not isinstance(before, Mapping):
        return None
    if event.get("subtype") == "message_changed":
        if not isinstance(after, Mapping) or after.get("text") == before.get("text"):
            return None
    elif event.get("subtype") != "message_deleted":
        return None
    user, channel, ts = before.get("user"), event.get("channel"), before.get("ts")
    if has_bot_trace(before) or not (user and channel and ts):
        return None
    revised_at = event.get("event_ts") or event.get("ts") or event_id
    thread = ThreadRef(team=workspace.team, channel=str(channel), ts=str(before.get("thread_ts") or ts))
    text = str(after.get("text") or "") if isinstance(after, Mapping) else ""
    edited = readable(without_mentions(text, workspace)) if event["subtype"] == "message_changed" else None
    key = _message_key(workspace, channel, ts)
    return replace(_revision(key, thread, str(user), revised_at, edited), event_id=event_id)


def _revision(
    message: str, thread: ThreadRef, user: str, revised_at: object, edited: str | None = None
) -> Inbound:
    """`edited` is the text of now; None for a deletion."""
    return Inbound(
        key=f"revision:{message}:{revised_at}",
        kind=InboundKind.REVISION,
        thread=thread,
        user=user,
        body={"message": message} | ({"text": edited} if edited is not None else {}),
        may_open=False,
    )


def _message_key(workspace: Workspace, channel: object, ts: object) -> str:
    return f"message:{workspace.team}/{channel}/{ts}"
