"""Sends and replaces rendered messages, with a key in their metadata by which they are found again."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from countersign.flow.errors import PostLimited, RateLimited, SlackRefused
from countersign.flow.live.content import MessageStream
from countersign.flow.messages.outgoing import Outgoing
from countersign.slack.block_kit.builders import RenderedMessage
from countersign.slack.streams.live_text import has_link
from countersign.slack.streams.stream_display import SlackStreamDisplay
from countersign.slack.transport.outbound.posted_messages import EVENT_TYPE, find_posted_messages
from countersign.slack.transport.outbound.web_api import WebApi

BLOCKS_REFUSED = {
    *("invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format", "msg_too_long"),
    "invalid_attachments",  # such as two tables in the Markdown of one message
}

log = structlog.get_logger()


class MessageSender:
    def __init__(self, api: WebApi, streams: SlackStreamDisplay) -> None:
        self._api = api
        self._streams = streams

    async def find(self, row: Outgoing, channel: str) -> str | None:
        """The ts of the row's message, if an earlier attempt posted it."""
        if row.attempts == 0:
            return None
        found = await find_posted_messages(self._api, channel, row.thread_ts, [row.key])
        return found.get(row.key)

    async def send(self, key: str, channel: str, thread_ts: str | None, rendered: RenderedMessage) -> str:
        """Post it, and return its ts. Raises PostLimited where RateLimited means that it was not posted."""
        try:
            answer = await self._api.call(
                "chat.postMessage",
                channel=channel,
                thread_ts=thread_ts,
                text=rendered.text,
                blocks=rendered.blocks or None,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
                unfurl_links=False,
                unfurl_media=False,
            )
        except RateLimited as error:
            raise PostLimited(error.seconds) from error
        return str(answer["ts"])

    async def update(self, channel: str, ts: str, rendered: RenderedMessage) -> None:
        await self._api.call(
            "chat.update", channel=channel, ts=ts, text=rendered.text, blocks=rendered.blocks
        )

    async def send_all(self, row: Outgoing, messages: Sequence[RenderedMessage]) -> str:
        keys = [row.key if at == 0 else f"{row.key}/{at + 1}" for at in range(len(messages))]
        thread_ts, done = row.thread_ts, {}
        if row.attempts > 0:
            done = await find_posted_messages(self._api, row.channel, thread_ts, keys)
        if row.stream is not None and row.key not in done:
            taken = await self._take_over(row, row.stream, messages[0])
            done |= {row.key: taken} if taken else {}
        for key, rendered in zip(keys, messages, strict=True):
            if key not in done:
                try:
                    done[key] = await self._send_or_fall_back(
                        key, row.channel, thread_ts or done.get(row.key), rendered
                    )
                except PostLimited as error:
                    raise RateLimited(error.seconds) if done else error from error
        return done[row.key]

    async def _take_over(self, row: Outgoing, stream: MessageStream, rendered: RenderedMessage) -> str | None:
        """The ts of the message in which the row's beginning is shown, once it shows the rest.

        Only a post can switch unfurling off, so a text with a link is posted, and the live message removed.
        """
        if not any(has_link(str(block.get("text") or "")) for block in rendered.blocks):
            return await self._streams.take_over(stream, row.key, rendered)
        await self._streams.remove(stream)
        return None

    async def _send_or_fall_back(
        self, key: str, channel: str, thread_ts: str | None, rendered: RenderedMessage
    ) -> str:
        try:
            return await self.send(key, channel, thread_ts, rendered)
        except SlackRefused as refused:
            if refused.error not in BLOCKS_REFUSED or rendered.fallback is None:
                raise
            log.warning("message_fallback_used", post=key, slack_error=refused.error)
            return await self.send(key, channel, thread_ts, replace(rendered, blocks=rendered.fallback))

    async def remove(self, row: Outgoing) -> str:
        """Delete the message that the row names, and return its ts, or the thread's if it is not there."""
        key = str(row.body["key"]) if isinstance(row.body, dict) else ""
        found: dict[str, str] = {}
        try:
            found = await find_posted_messages(self._api, row.channel, row.thread_ts, [key])
            if key in found:
                await self._api.call("chat.delete", channel=row.channel, ts=found[key])
        except SlackRefused as refused:  # the message stays; the next one must not wait for it
            log.info("message_not_removed", post=key, slack_error=refused.error)
        return found.get(key) or row.thread_ts or "0"
