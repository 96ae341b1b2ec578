"""Live messages in Slack: started, extended, ended, removed, or turned into the final message.

With `chat.startStream` where the workspace has it, else as an ordinary message that is updated. The message
that is posted in the end is the same in either case, and the same as without a live message.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog

from countersign.flow.errors import SlackRefused
from countersign.flow.live.content import DisplayedMessage, MessageStream, Plan
from countersign.i18n import _
from countersign.slack.block_kit.builders import Block, RenderedMessage, context_block
from countersign.slack.messages import WRITTEN_BY_THE_AGENT
from countersign.slack.streams.live_text import live_text
from countersign.slack.streams.plan_rendering import MAX_TASKS, plan_block_message, plan_chunks, plan_message
from countersign.slack.streams.rate_budget import RateBudget
from countersign.slack.transport.outbound.posted_messages import EVENT_TYPE, find_posted_messages, find_stream
from countersign.slack.transport.outbound.web_api import WebApi

_LIVE = "live:"  # prefix of a live message's key, until it is the message of its outbox row
_GONE = {"message_not_found", "channel_not_found", "is_inactive"}
_ENDED = {*_GONE, "message_not_in_streaming_state", "stopped_by_user", "message_not_owned_by_app"}
_NO_STREAMS = {  # this workspace, or this app, has no streams
    *("unknown_method", "not_allowed", "feature_not_enabled", "method_deprecated", "missing_scope"),
    *("not_allowed_token_type", "access_denied", "no_permission", "team_access_not_granted"),
}
_NOT_HERE = {"channel_not_found", "not_in_channel", "is_archived", "thread_not_found", "restricted_action"}
_TRY_STREAMS_AGAIN = 3600.0  # seconds
_MAX_FALLBACK = 3000  # characters of the text for notifications

log = structlog.get_logger()


class SlackStreamDisplay:
    """Implements `StreamDisplay` of countersign.flow.ports."""

    def __init__(
        self,
        api: WebApi,
        bot_user: str,
        team: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        is_agent: bool = False,
    ) -> None:
        self._is_agent = is_agent
        self._api = api
        self._bot_user = bot_user
        self._team = team
        self._clock = clock
        self._budget = RateBudget(clock)
        self._no_streams_until = -_TRY_STREAMS_AGAIN

    def visible_text(self, text: str) -> str:
        return live_text(text)

    async def start(self, stream: MessageStream, content: str | Plan, recipient: str) -> DisplayedMessage:
        self._budget.start(stream.key, stream.channel)
        try:
            if recipient and self._clock() >= self._no_streams_until:
                try:
                    return await self._start_stream(stream, content, recipient)
                except SlackRefused as refused:
                    if refused.error in _NOT_HERE:
                        raise
                    log.info("streams_not_used", slack_error=refused.error)
                    if refused.error in _NO_STREAMS:
                        self._no_streams_until = self._clock() + _TRY_STREAMS_AGAIN
            return await self._post(stream, content)
        except BaseException:
            self._budget.ended(stream.key)
            raise

    async def _start_stream(
        self, stream: MessageStream, content: str | Plan, recipient: str
    ) -> DisplayedMessage:
        answer = await self._api.call(
            "chat.startStream",
            channel=stream.channel,
            thread_ts=stream.thread_ts,
            recipient_user_id=recipient,
            recipient_team_id=self._team,
            task_display_mode="plan" if isinstance(content, Plan) else None,
            chunks=plan_chunks(content) if isinstance(content, Plan) else _first_chunks(content),
        )
        return _shown(replace(stream, ts=str(answer["ts"]), native=True), content)

    async def _post(self, stream: MessageStream, content: str | Plan) -> DisplayedMessage:
        rendered = _rendered(content)
        answer = await self._api.call(
            "chat.postMessage",
            channel=stream.channel,
            thread_ts=stream.thread_ts,
            text=rendered.text,
            blocks=rendered.blocks,
            metadata=_metadata(f"{_LIVE}{stream.key}"),
            unfurl_links=False,
            unfurl_media=False,
        )
        self._budget.ended(stream.key)
        return _shown(replace(stream, ts=str(answer["ts"]), native=False), content)

    async def extend(self, shown: DisplayedMessage, content: str | Plan) -> DisplayedMessage:
        stream = shown.stream
        if not stream.native:
            self._budget.update()
            rendered = _rendered(content)
            await self._api.call(
                "chat.update",
                channel=stream.channel,
                ts=stream.ts,
                text=rendered.text,
                blocks=rendered.blocks,
            )
            return _shown(stream, content)
        chunks = _next_chunks(shown, content)
        if not chunks:
            return shown
        self._budget.append()
        await self._api.call("chat.appendStream", channel=stream.channel, ts=stream.ts, chunks=chunks)
        return _shown(stream, content, shown.order)

    async def put_in_order(self, shown: DisplayedMessage) -> None:
        """A stream shows last what is new to its plan; an update replaces the plan, once the stream ended."""
        if shown.plan is None or len(shown.order) > MAX_TASKS:
            return
        self._budget.update()
        rendered = plan_block_message(shown.plan)
        await self._api.call(
            "chat.update",
            channel=shown.stream.channel,
            ts=shown.stream.ts,
            text=rendered.text,
            blocks=rendered.blocks,
        )

    async def end(self, stream: MessageStream) -> MessageStream:
        ts = await self._ts(stream)
        await self._end(stream, ts)
        return replace(stream, ts=ts, native=stream.native and ts is None)

    async def remove(self, stream: MessageStream) -> None:
        ts = await self._ts(stream)
        if ts is None:
            return
        await self._end(stream, ts)
        try:
            await self._api.call("chat.delete", channel=stream.channel, ts=ts)
        except SlackRefused as refused:
            if refused.error not in _GONE:
                raise

    async def take_over(self, stream: MessageStream, key: str, final: RenderedMessage) -> str | None:
        """Make the live message the one that is posted, and return its ts. None: it cannot be, and is gone.

        Raises RateLimited, SlackUnreachable.
        """
        ts = await self._ts(stream)
        if ts is None:
            return None
        await self._end(stream, ts)
        for blocks in (final.blocks, final.fallback):
            if blocks is None:
                break
            try:
                await self._api.call(
                    "chat.update",
                    channel=stream.channel,
                    ts=ts,
                    text=final.text,
                    blocks=blocks,
                    metadata=_metadata(key),
                )
            except SlackRefused as refused:
                log.info("stream_not_updated", post=key, slack_error=refused.error)
            else:
                return ts
        await self.remove(replace(stream, native=False))
        return None

    async def _ts(self, stream: MessageStream) -> str | None:
        """Where the message is. Slack's answer to the first call may have been lost."""
        if stream.ts is not None:
            return stream.ts
        live = f"{_LIVE}{stream.key}"
        found = await find_posted_messages(self._api, stream.channel, stream.thread_ts, [live])
        return found.get(live) or await find_stream(self._api, stream, self._bot_user)

    async def _end(self, stream: MessageStream, ts: str | None) -> None:
        self._budget.ended(stream.key)
        if not stream.native or ts is None:
            return
        try:
            await self._api.call(
                "chat.stopStream",
                channel=stream.channel,
                ts=ts,
                session_status="processing" if self._is_agent else None,  # its default is `active`
            )
        except SlackRefused as refused:
            if refused.error not in _ENDED:
                raise


def _shown(stream: MessageStream, content: str | Plan, order: tuple[str, ...] = ()) -> DisplayedMessage:
    """`order`: the tasks that Slack shows already."""
    if isinstance(content, str):
        return DisplayedMessage(stream=stream, text=content)
    now = dict.fromkeys((*order, *(task.id for task in content.tasks[-MAX_TASKS:])))
    return DisplayedMessage(stream=stream, plan=content, order=tuple(now))


def _first_chunks(text: str) -> list[Block]:
    """Whose words they are stands above them, since nothing stands below them until they are whole."""
    author = {"type": "blocks", "blocks": [context_block(_(WRITTEN_BY_THE_AGENT))]}
    return [author, {"type": "markdown_text", "text": text}]


def _next_chunks(shown: DisplayedMessage, content: str | Plan) -> list[Block]:
    if isinstance(content, Plan):
        return plan_chunks(content, shown.plan)
    if not content.startswith(shown.text):  # what comes later changed what an earlier line is
        return []
    rest = content[len(shown.text) :]
    return [{"type": "markdown_text", "text": rest}] if rest else []


def _rendered(content: str | Plan) -> RenderedMessage:
    if isinstance(content, Plan):
        return plan_message(content)
    author = context_block(_(WRITTEN_BY_THE_AGENT))
    return RenderedMessage(
        text=content[:_MAX_FALLBACK], blocks=[{"type": "markdown", "text": content}, author]
    )


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
