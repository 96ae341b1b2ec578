"""Publishes a Home tab: the HomeDisplay port."""

import asyncio
import hashlib
import json
from collections.abc import Callable

import structlog

from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.home.inbox_content import Inbox
from countersign.i18n import matching_language, reader_language
from countersign.slack.block_kit.builders import Block, RenderedMessage
from countersign.slack.directories.user_directory import UserDirectory
from countersign.slack.home.home_view import home_view, links_only_view
from countersign.slack.home.links import CardLinks
from countersign.slack.text.names import Names
from countersign.slack.text.rendered_names import name_people
from countersign.slack.transport.outbound.web_api import WebApi

_REFUSED = {"invalid_blocks", "invalid_arguments", "view_too_large"}

log = structlog.get_logger()


class HomeTab:
    def __init__(self, api: WebApi, users: UserDirectory, names: Names, links: CardLinks) -> None:
        self._api = api
        self._users = users
        self._names = names
        self._links = links

    async def publish(self, inbox: Inbox, shown: str | None) -> str:
        with reader_language(await self._language(inbox.reader.person.id)):
            return await self._publish(inbox, shown)

    async def _language(self, user: str) -> str | None:
        try:
            return matching_language(await self._users.locale(user))
        except (RateLimited, SlackRefused, SlackUnreachable):
            return None

    async def _publish(self, inbox: Inbox, shown: str | None) -> str:
        user = inbox.reader.person.id
        view = await self._drawn(home_view, inbox)
        digest = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
        if digest == shown:
            return digest
        try:
            await self._api.call("views.publish", user_id=user, view=view)
        except SlackRefused as refused:
            if refused.error not in _REFUSED:
                raise
            log.error("home_fallback_used", user=user, slack_error=refused.error)
            await self._api.call(
                "views.publish", user_id=user, view=await self._drawn(links_only_view, inbox)
            )
        return digest

    async def _drawn(self, draw: Callable[[Inbox, CardLinks], Block], inbox: Inbox) -> Block:
        """In a worker thread: a hostile payload takes a second or more."""
        view = await asyncio.to_thread(draw, inbox, self._links)
        named = await name_people(RenderedMessage(text="", blocks=view["blocks"]), self._names, exact=True)
        return view | {"blocks": named.blocks}
