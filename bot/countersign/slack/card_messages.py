"""Posts cards and the other messages about approvals, and keeps them up to date."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import structlog

from countersign.flow.errors import SlackRefused
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.review import Review
from countersign.flow.work import ApprovalMessage
from countersign.i18n import reader_language
from countersign.slack.block_kit.builders import RenderedMessage
from countersign.slack.cards.approval_messages import render_approval_message
from countersign.slack.cards.open_card import render_card, render_fallback_card
from countersign.slack.message_sender import BLOCKS_REFUSED, MessageSender
from countersign.slack.text.names import Names
from countersign.slack.text.rendered_names import name_people
from countersign.slack.transport.outbound.card_updates import CardUpdateSerialiser
from countersign.slack.transport.outbound.web_api import WebApi, Workspace

_T = TypeVar("_T")

log = structlog.get_logger()


class CardMessages:
    def __init__(
        self,
        api: WebApi,
        workspace: Workspace,
        names: Names,
        sender: MessageSender,
        language: Callable[[str], Awaitable[str | None]],
    ) -> None:
        """`language` is that of a person's Slack, by their id."""
        self._api = api
        self._language = language
        self._workspace = workspace
        self._names = names
        self._sender = sender
        self._card_updates = CardUpdateSerialiser()
        self._takes_containers = True  # until this workspace refused one

    async def post(self, row: Outgoing, review: Review) -> str:
        if found := await self._sender.find(row, row.channel):
            return found

        async def send(card: RenderedMessage) -> str:
            return await self._sender.send(row.key, row.channel, row.thread_ts, card)

        return await self._draw(review, send)

    async def update(self, review: Review) -> bool:
        """Make the card show the approval; False if it has no card, or showed a later version already."""
        approval = review.approval
        if approval.card_ts is None:
            return False
        async with self._card_updates.acquire(approval.id, approval.version) as is_newest:
            if is_newest:
                await self._update_newest(review, approval.card_ts)
            return is_newest

    async def _update_newest(self, review: Review, ts: str) -> None:
        async def update(card: RenderedMessage) -> None:
            await self._sender.update(review.approval.channel, ts, card)

        await self._draw(review, update)

    async def _draw(self, review: Review, send: Callable[[RenderedMessage], Awaitable[_T]]) -> _T:
        """Send the card as rich as Slack accepts: in a container, without one, or without its payload.

        Rendered in a worker thread: a hostile payload takes a second or more.
        """
        card = await asyncio.to_thread(render_card, review)
        classic = card if card.fallback is None else replace(card, blocks=card.fallback)
        if card.fallback is not None and self._takes_containers:
            try:
                return await send(await self._with_names(card))
            except SlackRefused as refused:
                if refused.error not in BLOCKS_REFUSED:
                    raise
                log.warning(
                    "card_without_container", approval_id=str(review.approval.id), slack_error=refused.error
                )
        try:
            sent = await send(await self._with_names(classic))
        except SlackRefused as refused:
            if refused.error not in BLOCKS_REFUSED:
                raise
            log.error("card_fallback_used", approval_id=str(review.approval.id), slack_error=refused.error)
            return await send(render_fallback_card(review))
        self._takes_containers = self._takes_containers and card.fallback is None
        return sent

    async def _with_names(self, card: RenderedMessage) -> RenderedMessage:
        return await name_people(card, self._names, exact=True)

    async def post_approval_message(self, row: Outgoing, review: Review) -> str:
        """A pointer, or a direct message, whose channel has the id of a person until it is opened."""
        channel = await self.message_channel(row.channel)
        if found := await self._sender.find(row, channel):
            return found
        with reader_language(await self._language_of(row)):
            about = await asyncio.to_thread(self._approval_message, row, review)
        return await self._sender.send(row.key, channel, row.thread_ts, about)

    async def update_approval_message(self, message: ApprovalMessage, review: Review) -> None:
        channel = await self.message_channel(message.channel)
        with reader_language(await self._language_of(message)):
            about = await asyncio.to_thread(self._approval_message, message, review)
        await self._sender.update(channel, message.ts, about)

    async def _language_of(self, message: Outgoing | ApprovalMessage) -> str | None:
        """The language of a direct message's reader; None for a message that many read."""
        return await self._language(message.channel) if message.kind is OutgoingKind.DIRECT else None

    def _approval_message(self, message: Outgoing | ApprovalMessage, review: Review) -> RenderedMessage:
        approval, thread = review.approval, review.thread
        link = self._workspace.link(thread.channel, thread.ts)
        if approval.card_ts is not None:
            within = thread.ts if approval.posted_to is None else None
            link = self._workspace.link(approval.channel, approval.card_ts, within)
        body = message.body if isinstance(message.body, Mapping) else {}
        if message.kind is OutgoingKind.DIRECT:
            review = review.for_reader()
        return render_approval_message(message.kind, body, review, link)

    async def message_channel(self, target: str) -> str:
        """The channel of the direct messages with this person; a channel's id as it is."""
        if not target.startswith(("U", "W")):
            return target
        answer = await self._api.call("conversations.open", users=target)
        return str((answer.get("channel") or {}).get("id"))
