"""Finds messages that an earlier attempt may have posted, by the key in their metadata.

Metadata is readable by every app and member of the workspace, so a key holds ids only.
"""

from collections.abc import Collection
from typing import Any

from countersign.flow.live.content import MessageStream
from countersign.slack.transport.outbound.pagination import read_pages
from countersign.slack.transport.outbound.web_api import WebApi

EVENT_TYPE = "countersign_message"
_CLOCK_SKEW = 5.0  # seconds between Slack's clock and ours
_PAGE_SIZE = 200  # what Slack recommends
_MAX_CHANNEL_PAGES = 10  # of a channel, newest first; of a thread, all pages are read


async def find_posted_messages(
    api: WebApi, channel: str, thread_ts: str | None, keys: Collection[str]
) -> dict[str, str]:
    """The ts by key of what was posted: in the thread, or without one in the newest of the channel."""
    found: dict[str, str] = {}
    pages = 0
    async for page in read_pages(
        api,
        "conversations.replies" if thread_ts else "conversations.history",
        channel=channel,
        ts=thread_ts,
        include_all_metadata=True,
        limit=_PAGE_SIZE,
    ):
        for message in page.get("messages", ()):
            key = _key(message)
            if key in keys:
                found.setdefault(str(key), str(message["ts"]))
        pages += 1
        if len(found) == len(keys) or (thread_ts is None and pages == _MAX_CHANNEL_PAGES):
            break
    return found


async def find_stream(api: WebApi, stream: MessageStream, bot_user: str) -> str | None:
    """The ts of a stream whose beginning Slack never confirmed: streams carry no metadata before they end.

    It is a stream of the bot's in that thread, without a key, and not older than the request for it.
    """
    since = stream.begun_at.timestamp() - _CLOCK_SKEW
    async for page in read_pages(
        api,
        "conversations.replies",
        channel=stream.channel,
        ts=stream.thread_ts,
        oldest=f"{since:.6f}",
        include_all_metadata=True,
        limit=_PAGE_SIZE,
    ):
        for message in page.get("messages", ()):
            ours = message.get("user") == bot_user and float(message["ts"]) >= since
            if ours and message.get("streaming_state") and _key(message) is None:
                return str(message["ts"])
    return None


def _key(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return key if isinstance(key, str) else None
