"""The Slack adapter of the flow: posts outbox rows by their kind, looks people up, notifies them."""

import asyncio
from dataclasses import replace
from typing import Any

import structlog

from countersign.approvals.person import Person, Standing
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.flow.work import ApprovalMessage, Notice
from countersign.i18n import N_, AnyText, Text, TextLines, _, matching_language, reader_language
from countersign.slack.block_kit.builders import RenderedMessage
from countersign.slack.block_kit.escaping import escape, quote_spoofed_decisions
from countersign.slack.card_messages import CardMessages
from countersign.slack.directories.approver_directory import ApproverDirectory
from countersign.slack.directories.memberships import Memberships
from countersign.slack.directories.user_directory import UserDirectory
from countersign.slack.files.outgoing_file import UnusableFile, outgoing_file
from countersign.slack.message_sender import MessageSender
from countersign.slack.messages import render_message, render_private_note
from countersign.slack.reply_buttons import render_notice
from countersign.slack.streams.stream_display import SlackStreamDisplay
from countersign.slack.text.names import Names
from countersign.slack.text.rendered_names import name_people
from countersign.slack.transport.outbound.file_upload import share_file
from countersign.slack.transport.outbound.posted_messages import find_posted_messages
from countersign.slack.transport.outbound.response_url import respond
from countersign.slack.transport.outbound.web_api import WebApi, Workspace

_FILE_REFUSED = N_("Slack refused the agent's file ({error}). Ask your admin to allow files:write.")
_FROM_APPROVAL = {OutgoingKind.CARD, OutgoingKind.DIRECT, OutgoingKind.POINTER}
_NOT_IN_CHANNEL = N_("I'm not in this channel. Invite me with `/invite`, then try again.")
_ROOT_REFUSED = {
    "not_in_channel": _NOT_IN_CHANNEL,
    "channel_not_found": _NOT_IN_CHANNEL,
    "is_archived": N_("This channel is archived. Start in another channel."),
    "restricted_action": N_("The settings of this workspace don't let me post here. Ask an admin."),
    "missing_scope": N_("This app lacks a permission to post here. Ask your admin to add it."),
}

log = structlog.get_logger()


class SlackClient:
    """Implements `Slack`, `SlackForTools` and `StatusDisplay` of countersign.flow.ports."""

    def __init__(self, api: WebApi, workspace: Workspace, *, is_agent: bool = False) -> None:
        """`is_agent`: the app is declared as an agent, and its threads are agent sessions."""
        self._api = api
        self.users = UserDirectory(api, workspace.team)
        self.directory = ApproverDirectory(api, self.person)
        self.memberships = Memberships(self.users, self.directory)
        self.names = self._names = Names(api)
        self.streams = SlackStreamDisplay(api, workspace.bot_user, workspace.team, is_agent=is_agent)
        self._sender = MessageSender(api, self.streams)
        self._cards = CardMessages(api, workspace, self._names, self._sender, self._language_of)

    async def post(self, row: Outgoing, review: Review | None) -> str:
        """Post the row and return its ts: that of the first message, if its text needs several."""
        if row.kind in _FROM_APPROVAL and review is None:
            raise SlackRefused("chat.postMessage", "approval_is_gone")
        if row.kind is OutgoingKind.CARD and review is not None:
            return await self._cards.post(row, review)
        if row.kind in _FROM_APPROVAL and review is not None:
            return await self._cards.post_approval_message(row, review)
        if row.kind is OutgoingKind.REMOVAL:
            return await self._sender.remove(row)
        if row.kind is OutgoingKind.FILE:
            return await self._post_file(row)
        exact = row.kind is not OutgoingKind.AGENT_MESSAGE
        if row.kind is OutgoingKind.PRIVATE_NOTE:
            return await self._post_private_note(row)
        rendered = await asyncio.to_thread(render_message, row)
        messages = [await name_people(each, self._names, exact=exact) for each in rendered]
        return await self._sender.send_all(row, messages)

    async def current_channel(self, channel: str) -> str:
        return await self._api.current_channel(channel)

    async def readable(self, text: str) -> str:
        return await self._names.readable(text)

    async def _post_private_note(self, row: Outgoing) -> str:
        with reader_language(await self._language_of(row.channel)):
            rendered = render_private_note(row.body)
        messages = [await name_people(each, self._names, exact=True) for each in rendered]
        in_channel = replace(row, channel=await self._cards.message_channel(row.channel))
        return await self._sender.send_all(in_channel, messages)

    async def _post_file(self, row: Outgoing) -> str:
        """Share the file, or post why it cannot be shared."""
        try:
            file = outgoing_file(row.key, row.body if isinstance(row.body, dict) else {})
            return await share_file(self._api, row.channel, row.thread_ts, file, look_first=row.attempts > 0)
        except UnusableFile as unusable:
            reason = str(unusable)
        except SlackRefused as refused:
            log.warning("file_refused", post=row.key, slack_error=refused.error)
            reason = _(_FILE_REFUSED).format(error=refused.error)
        note: dict[str, Any] = {"text": reason}
        return await self._sender.send_all(
            row, render_message(replace(row, kind=OutgoingKind.NOTE, body=note))
        )

    async def update_card(self, review: Review) -> bool:
        return await self._cards.update(review)

    async def update_approval_message(self, message: ApprovalMessage, review: Review) -> None:
        await self._cards.update_approval_message(message, review)

    async def update_message(self, channel: str, ts: str, rendered: RenderedMessage) -> None:
        """Replace the content of a message of the bot's."""
        await self._sender.update(channel, ts, rendered)

    def forget_people(self) -> None:
        """Drop what is cached about people and groups: something changed."""
        self.users.forget()
        self._names.forget()
        self.directory.forget()

    async def person(self, user_id: str, channel_id: str | None = None, *, max_age: float = 0.0) -> Person:
        if channel_id is None:
            return await self.users.person(user_id, max_age=max_age)
        person, can_see = await asyncio.gather(
            self.users.person(user_id, max_age=max_age), self.directory.can_see(user_id, channel_id)
        )
        outside = person.standing is Standing.MEMBER and not can_see
        return replace(person, standing=Standing.OUTSIDE) if outside else person

    async def post_ephemeral(self, thread: ThreadRef, user: str, text: AnyText) -> None:
        """The text is mrkdwn of the bot's own; it is escaped, since it may quote people."""
        words = text if isinstance(text, str) else await self._in_language_of(user, text)
        await self._api.call(
            "chat.postEphemeral",
            channel=thread.channel,
            user=user,
            thread_ts=thread.ts or None,
            text=escape(words),
        )

    async def post_notice(self, thread: ThreadRef, notice: Notice) -> None:
        """The same, with the buttons of its offer."""
        with reader_language(await self._language_of(notice.user)):
            rendered = render_notice(notice)
        await self.post_privately(thread, notice.user, rendered)

    async def post_privately(self, thread: ThreadRef, user: str, rendered: RenderedMessage) -> None:
        """Show a message in the thread to one person alone."""
        await self._api.call(
            "chat.postEphemeral",
            channel=thread.channel,
            user=user,
            thread_ts=thread.ts or None,
            text=rendered.text,
            blocks=rendered.blocks or None,
        )

    async def _in_language_of(self, user: str, text: Text | TextLines) -> str:
        with reader_language(await self._language_of(user)):
            return str(text)

    async def _language_of(self, user: str) -> str | None:
        try:
            return matching_language(await self.users.locale(user))
        except (RateLimited, SlackRefused, SlackUnreachable):
            return None

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        """Show a status below the thread. Needs chat:write only (Slack's change of 2026-03-05)."""
        await self._api.call(
            "assistant.threads.setStatus", channel_id=thread.channel, thread_ts=thread.ts, status=status
        )

    async def set_session(
        self, thread: ThreadRef, status: str, title: str | None, initiator: str | None
    ) -> str | None:
        """Only an app that is declared as an agent has sessions."""
        answer = await self._api.call(
            "agents.sessions.setStatus",
            channel_id=thread.channel,
            thread_ts=thread.ts,
            status=status,
            title=title,
            initiator_user_id=initiator or None,
        )
        return str(answer.get("title") or "") or None

    async def rename_session(self, thread: ThreadRef, title: str) -> None:
        await self._api.call(
            "agents.sessions.rename", channel_id=thread.channel, thread_ts=thread.ts, title=title
        )

    async def root_refused(self, row: Outgoing, error: str) -> None:
        """Notify the person who typed /agent. Never raises: nobody else could be notified."""
        body: dict[str, Any] = dict(row.body) if isinstance(row.body, dict) else {}
        unknown = N_("Slack didn't let me start a thread here ({error}). Tell your admin.")
        text = _(_ROOT_REFUSED.get(error, unknown)).format(error=error)
        if await respond(self._api.web, str(body.get("response_url") or ""), text):
            return
        here = ThreadRef(team=row.team, channel=row.channel, ts="")
        try:
            await self.post_ephemeral(here, str(body.get("user", "")), text)
        except (SlackRefused, SlackUnreachable, RateLimited) as failed:
            log.warning("root_refusal_not_reported", post=row.key, reason=str(failed))

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One Web API call for a graph's tool."""
        return await self._api.call(method, **arguments)

    async def post_text(self, key: str, channel: str, text: str, *, look_first: bool) -> dict[str, Any]:
        """Post a tool's text in a channel, escaped. `look_first`: search for an earlier attempt's post."""
        found = await self.find_text(key, channel) if look_first else None
        ts = found or await self._sender.send(
            key, channel, None, RenderedMessage(text=escape(quote_spoofed_decisions(text)), blocks=[])
        )
        return {"channel": channel, "ts": ts}

    async def find_text(self, key: str, channel: str) -> str | None:
        """The ts of what `post_text` posted under this key; None if it did not."""
        return (await find_posted_messages(self._api, channel, None, [key])).get(key)
