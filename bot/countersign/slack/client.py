"""The Slack adapter of the flow: posts each outbox row once, keeps cards up to date, notifies people."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog

from countersign.approvals.person import Person, Standing
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.outgoing import Outgoing, OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import ApprovalMessage
from countersign.slack.approver_directory import ApproverDirectory
from countersign.slack.block_kit.builders import RenderedMessage
from countersign.slack.block_kit.escaping import escape
from countersign.slack.cards.messages_about import render_message_about
from countersign.slack.cards.open_card import render_card, render_fallback_card
from countersign.slack.images import UnusableImage, image_file
from countersign.slack.messages import render_message
from countersign.slack.text.names import Names
from countersign.slack.text.rendered_names import name_people
from countersign.slack.transport.card_updates import CardUpdateSerialiser
from countersign.slack.transport.file_upload import share_file
from countersign.slack.transport.posted_messages import EVENT_TYPE, find_posted_messages
from countersign.slack.transport.web_api import WebApi, Workspace
from countersign.slack.user_directory import UserDirectory

_BLOCKS_REFUSED = {
    *("invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format", "msg_too_long"),
    "invalid_attachments",  # such as two tables in the Markdown of one message
}
_IMAGE_REFUSED = "Slack refused the agent's image ({error}). Ask your admin to allow files:write."
_FROM_APPROVAL = {OutgoingKind.CARD, OutgoingKind.DIRECT, OutgoingKind.POINTER}
_HOOKS = "https://hooks.slack.com/"
_NOT_IN_CHANNEL = "I'm not in this channel. Invite me with `/invite`, then try again."
_ROOT_REFUSED = {
    "not_in_channel": _NOT_IN_CHANNEL,
    "channel_not_found": _NOT_IN_CHANNEL,
    "is_archived": "This channel is archived. Start in another channel.",
    "restricted_action": "The settings of this workspace don't let me post here. Ask an admin.",
    "missing_scope": "This app lacks a permission to post here. Ask your admin to add it.",
}

log = structlog.get_logger()


class SlackClient:
    """Implements `Slack`, `SlackForTools` and `StatusDisplay` of countersign.flow.ports."""

    def __init__(self, api: WebApi, workspace: Workspace) -> None:
        self._api = api
        self._workspace = workspace
        self._users = UserDirectory(api, workspace.team)
        self.directory = ApproverDirectory(api, self.person)
        self._names = Names(api)
        self._card_updates = CardUpdateSerialiser()

    async def post(self, row: Outgoing, review: Review | None) -> str:
        """Post the row and return its ts: that of the first message, if its text needs several."""
        if row.kind in _FROM_APPROVAL and review is None:
            raise SlackRefused("chat.postMessage", "approval_is_gone")
        if row.kind is OutgoingKind.CARD and review is not None:
            return await self._post_card(row, review)
        if row.kind in _FROM_APPROVAL and review is not None:
            return await self._post_message_about(row, review)
        if row.kind is OutgoingKind.REMOVAL:
            return await self._remove(row)
        if row.kind is OutgoingKind.IMAGE:
            return await self._post_image(row)
        exact = row.kind is not OutgoingKind.AGENT_MESSAGE
        messages = [await name_people(each, self._names, exact=exact) for each in render_message(row)]
        return await self._post_messages(row, messages)

    async def current_channel(self, channel: str) -> str:
        return await self._api.current_channel(channel)

    async def readable(self, text: str) -> str:
        return await self._names.readable(text)

    async def _post_image(self, row: Outgoing) -> str:
        """Share the image as a file, or say in its place why it is missing."""
        try:
            file = image_file(row.key, row.body if isinstance(row.body, dict) else {})
            return await share_file(
                self._api, row.channel, row.thread_ts, file.name, file.content, look_first=row.attempts > 0
            )
        except UnusableImage as unusable:
            reason = str(unusable)
        except SlackRefused as refused:
            log.warning("image_refused", key=row.key, slack_error=refused.error)
            reason = _IMAGE_REFUSED.format(error=refused.error)
        note: dict[str, Any] = {"text": reason}
        return await self._post_messages(row, render_message(replace(row, kind=OutgoingKind.NOTE, body=note)))

    async def _post_messages(self, row: Outgoing, messages: Sequence[RenderedMessage]) -> str:
        keys = [row.key if at == 0 else f"{row.key}/{at + 1}" for at in range(len(messages))]
        thread_ts, done = row.thread_ts, {}
        if row.attempts > 0:
            done = await find_posted_messages(self._api, row.channel, thread_ts, keys)
        for key, rendered in zip(keys, messages, strict=True):
            if key not in done:
                done[key] = await self._post_rendered(
                    key, row.channel, thread_ts or done.get(row.key), rendered
                )
        return done[row.key]

    async def _remove(self, row: Outgoing) -> str:
        """Delete the message that the row names, and return its ts, or the thread's if it is not there."""
        key = str(row.body["key"]) if isinstance(row.body, dict) else ""
        found: dict[str, str] = {}
        try:
            found = await find_posted_messages(self._api, row.channel, row.thread_ts, [key])
            if key in found:
                await self._api.call("chat.delete", channel=row.channel, ts=found[key])
        except SlackRefused as refused:  # the message stays, which must not hold up the next one
            log.info("message_not_removed", key=key, slack_error=refused.error)
        return found.get(key) or row.thread_ts or "0"

    async def _post_message_about(self, row: Outgoing, review: Review) -> str:
        """A pointer, or a direct message, whose channel has the id of a person until it is opened."""
        channel = await self._message_channel(row.channel)
        if row.attempts > 0:
            found = await find_posted_messages(self._api, channel, row.thread_ts, [row.key])
            if found:
                return found[row.key]
        return await self._send(row.key, channel, row.thread_ts, self._message_about(row, review))

    async def update_message_about(self, message: ApprovalMessage, review: Review) -> None:
        channel = await self._message_channel(message.channel)
        await self._update(channel, message.ts, self._message_about(message, review))

    def _message_about(self, message: Outgoing | ApprovalMessage, review: Review) -> RenderedMessage:
        approval, thread = review.approval, review.thread
        link = self._workspace.link(thread.channel, thread.ts)
        if approval.card_ts is not None:
            within = thread.ts if approval.posted_to is None else None
            link = self._workspace.link(approval.channel, approval.card_ts, within)
        body = message.body if isinstance(message.body, Mapping) else {}
        return render_message_about(message.kind, body, review, link)

    async def _message_channel(self, target: str) -> str:
        """The channel of the direct messages with this person; a channel's id as it is."""
        if not target.startswith(("U", "W")):
            return target
        answer = await self._api.call("conversations.open", users=target)
        return str((answer.get("channel") or {}).get("id"))

    async def _post_rendered(
        self, key: str, channel: str, thread_ts: str | None, rendered: RenderedMessage
    ) -> str:
        try:
            return await self._send(key, channel, thread_ts, rendered)
        except SlackRefused as refused:
            if refused.error not in _BLOCKS_REFUSED or rendered.fallback is None:
                raise
            log.warning("message_fallback_used", key=key, slack_error=refused.error)
            return await self._send(key, channel, thread_ts, replace(rendered, blocks=rendered.fallback))

    async def _post_card(self, row: Outgoing, review: Review) -> str:
        if row.attempts > 0:
            found = await find_posted_messages(self._api, row.channel, row.thread_ts, [row.key])
            if found:
                return found[row.key]
        try:
            card = await self._render(review)
            return await self._send(row.key, row.channel, row.thread_ts, card)
        except SlackRefused as refused:
            if refused.error not in _BLOCKS_REFUSED:
                raise
            log.error("card_fallback_used", approval_id=str(review.approval.id), slack_error=refused.error)
            return await self._send(row.key, row.channel, row.thread_ts, render_fallback_card(review))

    async def _send(self, key: str, channel: str, thread_ts: str | None, rendered: RenderedMessage) -> str:
        answer = await self._api.call(
            "chat.postMessage",
            channel=channel,
            thread_ts=thread_ts,
            text=rendered.text,
            blocks=rendered.blocks,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def update_card(self, review: Review) -> None:
        approval = review.approval
        if approval.card_ts is None:
            return
        async with self._card_updates.acquire(approval.id, approval.version) as is_newest:
            if is_newest:
                await self._update_card(review, approval.card_ts)

    async def _update_card(self, review: Review, ts: str) -> None:
        channel = review.approval.channel
        try:
            await self._update(channel, ts, await self._render(review))
        except SlackRefused as refused:
            if refused.error not in _BLOCKS_REFUSED:
                raise
            log.error("card_fallback_used", approval_id=str(review.approval.id), slack_error=refused.error)
            await self._update(channel, ts, render_fallback_card(review))

    async def _render(self, review: Review) -> RenderedMessage:
        """The card, laid out beside the event loop: a hostile payload takes a second or more."""
        card = await asyncio.to_thread(render_card, review)
        return await name_people(card, self._names, exact=True)

    async def _update(self, channel: str, ts: str, rendered: RenderedMessage) -> None:
        await self._api.call(
            "chat.update", channel=channel, ts=ts, text=rendered.text, blocks=rendered.blocks
        )

    async def update_message(self, channel: str, ts: str, rendered: RenderedMessage) -> None:
        """Replace the content of a message of the bot's."""
        await self._update(channel, ts, rendered)

    def forget_people(self) -> None:
        """Drop what is cached about people and groups: something changed."""
        self._users.forget()
        self._names.forget()
        self.directory.forget()

    async def person(self, user_id: str, channel_id: str | None = None, *, max_age: float = 0.0) -> Person:
        if channel_id is None:
            return await self._users.person(user_id, max_age=max_age)
        person, can_see = await asyncio.gather(
            self._users.person(user_id, max_age=max_age), self.directory.can_see(user_id, channel_id)
        )
        outside = person.standing is Standing.MEMBER and not can_see
        return replace(person, standing=Standing.OUTSIDE) if outside else person

    async def post_ephemeral(self, thread: ThreadRef, user: str, text: str) -> None:
        """The text is mrkdwn of the bot's own; it is escaped, since it may quote people."""
        await self._api.call(
            "chat.postEphemeral",
            channel=thread.channel,
            user=user,
            thread_ts=thread.ts or None,
            text=escape(text),
        )

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        """Show a status below the thread. Needs chat:write only (Slack's change of 2026-03-05)."""
        await self._api.call(
            "assistant.threads.setStatus", channel_id=thread.channel, thread_ts=thread.ts, status=status
        )

    async def root_refused(self, row: Outgoing, error: str) -> None:
        """Tell the person who typed /agent. Never raises: nobody else could be told."""
        body: dict[str, Any] = dict(row.body) if isinstance(row.body, dict) else {}
        text = _ROOT_REFUSED.get(
            error, f"Slack didn't let me start a thread here ({error}). Tell your admin."
        )
        if await self._respond(str(body.get("response_url") or ""), text):
            return
        here = ThreadRef(team=row.team, channel=row.channel, ts="")
        try:
            await self.post_ephemeral(here, str(body.get("user", "")), text)
        except (SlackRefused, SlackUnreachable, RateLimited) as failed:
            log.warning("root_refusal_not_reported", key=row.key, reason=str(failed))

    async def _respond(self, url: str, text: str) -> bool:
        """Post to a response_url, if it is an address of Slack's."""
        session = self._api.web.session
        if not self._is_slack_url(url) or session is None:
            return False
        try:
            async with session.post(url, json={"response_type": "ephemeral", "text": escape(text)}) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _is_slack_url(self, url: str) -> bool:
        own = urlsplit(self._api.web.base_url)
        given = urlsplit(url)
        return url.startswith(_HOOKS) or (given.scheme, given.netloc) == (own.scheme, own.netloc)

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One Web API call for a graph's tool."""
        return await self._api.call(method, **arguments)

    async def post_text(self, key: str, channel: str, text: str, *, look_first: bool) -> dict[str, Any]:
        """Post a tool's text in a channel, escaped. `look_first`: an earlier attempt may have posted it."""
        found = await find_posted_messages(self._api, channel, None, [key]) if look_first else {}
        ts = found.get(key) or await self._send_text(key, channel, text)
        return {"channel": channel, "ts": ts}

    async def _send_text(self, key: str, channel: str, text: str) -> str:
        answer = await self._api.call(
            "chat.postMessage",
            channel=channel,
            text=escape(text),
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])
