"""Who is in which user group and channel, from Slack. Fails closed.

Names are cached for a minute, members for a few seconds, so that removed people cannot decide.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from countersign.approvals.assignment.delegation import UserGroup
from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.matching import Channel
from countersign.approvals.policy.voting.membership import Roster, Unreadable
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.ports import OwnChannel
from countersign.i18n import N_, lazy_text
from countersign.slack.directories.lookup_cache import LookupCache
from countersign.slack.transport.outbound.pagination import read_entries
from countersign.slack.transport.outbound.web_api import WebApi

NAMES_MAX_AGE = 60.0  # seconds; of names, ids and whether a channel is private
MEMBERS_MAX_AGE = 3.0  # seconds
CHANNELS_MAX_AGE = 15.0  # seconds; of the channels that one person is in
CACHE_SIZE = 2_000  # answers; the least recently used are evicted
_PAGE = 999  # members or channels per call; users.conversations takes no more
_GONE = {"no_such_subteam", "channel_not_found", "is_archived", "method_not_supported_for_channel_type"}
_NO_PERMISSION = N_("the app lacks a permission to see its members ({error})")

log = structlog.get_logger()


class _NoSuchName(CountersignError):
    """There is no group or channel of this name."""


@dataclass(frozen=True, kw_only=True)
class _Group:
    id: str
    handle: str
    members: frozenset[str]


class PersonLookup(Protocol):
    async def __call__(
        self, user_id: str, channel_id: str | None = None, *, max_age: float = 0.0
    ) -> Person: ...


class ApproverDirectory:
    """Implements `ApproverDirectory` of countersign.flow.ports. `person` looks one person up."""

    def __init__(
        self,
        api: WebApi,
        person: PersonLookup,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._person = person
        self._cache = LookupCache(CACHE_SIZE, clock)

    def forget(self) -> None:
        """Ask Slack again from now on: it reported a change."""
        self._cache.forget()

    async def person(self, user_id: str, channel_id: str | None = None) -> Person:
        return await self._person(user_id, channel_id)

    async def standing(self, user_id: str) -> Standing:
        return (await self._person(user_id, max_age=NAMES_MAX_AGE)).standing

    async def viewers(self, channel_id: str) -> frozenset[str] | None:
        try:
            direct = channel_id.startswith("D")
            if not direct and not await self._is_private(channel_id):
                return None
            return await self._cache.get(
                ("channel", channel_id),
                lambda: self._channel_members(channel_id),
                max_age=MEMBERS_MAX_AGE,
            )
        except (RateLimited, SlackRefused, SlackUnreachable) as error:
            log.warning("viewers_not_readable", channel=channel_id, reason=str(error))
            return None

    async def can_see(self, user_id: str, channel_id: str) -> bool:
        """Whether a full member of the workspace can see what is in this channel, as of now.

        Raises RateLimited, SlackRefused and SlackUnreachable.
        """
        if channel_id.startswith("D"):  # only the person and the bot are in a direct message
            return True
        if not await self._is_private(channel_id):
            return True
        return user_id in await self._channel_members(channel_id)

    async def _is_private(self, channel_id: str) -> bool:
        async def look() -> bool:
            try:
                answer = await self._api.read("conversations.info", channel=channel_id)
            except SlackRefused as refused:
                if refused.error == "unknown_method":  # not Slack itself, but a fake without private channels
                    return False
                raise
            channel = answer.get("channel") or {}
            return bool(channel.get("is_private") or channel.get("is_mpim") or channel.get("is_group"))

        return await self._cache.get(("private", channel_id), look, max_age=NAMES_MAX_AGE)

    async def roster(self, source: Source, thread_channel: str) -> Roster:
        try:
            match source.kind:
                case SourceKind.GROUP:
                    group = await self._group_id(source.names[0])
                    return await self._cache.get(
                        ("group", group), lambda: self._group_members(group), max_age=MEMBERS_MAX_AGE
                    )
                case SourceKind.CHANNEL:
                    channel = await self._channel_id(source.names[0])
                case _:
                    channel = thread_channel
            return await self._cache.get(
                ("channel", channel), lambda: self._channel_members(channel), max_age=MEMBERS_MAX_AGE
            )
        except _NoSuchName as missing:
            return Unreadable(reason=missing.message, permanent=True)
        except SlackRefused as refused:
            return _unreadable(source, refused)
        except (RateLimited, SlackUnreachable) as error:
            log.warning("members_not_readable", source=str(source), reason=str(error))
            return Unreadable(reason=lazy_text("Slack didn't answer"))

    async def channel(self, channel_id: str) -> Channel:
        async def look() -> Channel:
            answer = await self._api.read("conversations.info", channel=channel_id)
            name = (answer.get("channel") or {}).get("name")
            direct = (answer.get("channel") or {}).get("is_im")
            current = str((answer.get("channel") or {}).get("id") or channel_id)
            return Channel(
                id=channel_id,
                name=None if direct or not name else str(name),
                current_id=current if current != channel_id else None,
            )

        return await self._cache.get(("name", channel_id), look, max_age=NAMES_MAX_AGE)

    async def channel_id(self, name: str) -> str | None:
        try:
            return await self._channel_id(name)
        except _NoSuchName:
            return None

    async def group_id(self, name: str) -> str | None:
        try:
            return await self._group_id(name)
        except _NoSuchName:
            return None

    async def user_group(self, name: str) -> UserGroup | None:
        """A group by `@handle` or id. Raises RateLimited, SlackRefused, SlackUnreachable."""
        found = (each for each in await self._groups() if name in (each.id, f"@{each.handle}"))
        return next((UserGroup(id=each.id, handle=f"@{each.handle}") for each in found), None)

    async def groups_of(self, user_id: str) -> frozenset[str]:
        found: set[str] = set()
        for group in await self._groups():
            if user_id in group.members:
                found |= {f"@{group.handle}", group.id}
        return frozenset(found)

    async def channels_of(self, user_id: str) -> tuple[OwnChannel, ...]:
        """The channels that both this person and the bot are in, with their direct messages.

        Raises RateLimited, SlackRefused and SlackUnreachable.
        """

        async def look() -> tuple[OwnChannel, ...]:
            types = "public_channel,private_channel,mpim"
            pages = await self._entries("users.conversations", "channels", user=user_id, types=types)
            return tuple(
                OwnChannel(id=str(each["id"]), name=str(each["name"]) if each.get("name") else None)
                for each in pages
            )

        channels, direct = await asyncio.gather(
            self._cache.get(("channels of", user_id), look, max_age=CHANNELS_MAX_AGE),
            self._cache.get(
                ("direct", user_id), lambda: self._direct_channels(user_id), max_age=NAMES_MAX_AGE
            ),
        )
        return (*channels, *direct)

    async def _direct_channels(self, user_id: str) -> tuple[OwnChannel, ...]:
        """The direct messages of this person and the bot, if there are any."""
        try:
            answer = await self._api.read("conversations.open", users=user_id, prevent_creation=True)
        except SlackRefused:
            return ()
        channel = (answer.get("channel") or {}).get("id")
        return (OwnChannel(id=str(channel), name=None),) if channel else ()

    async def _group_id(self, name: str) -> str:
        if not name.startswith("@"):
            return name
        for group in await self._groups():
            if group.handle == name[1:]:
                return group.id
        raise _NoSuchName(lazy_text("there is no user group {name}, or it is disabled", name=name))

    async def _groups(self) -> tuple[_Group, ...]:
        async def look() -> tuple[_Group, ...]:
            answer = await self._api.read("usergroups.list", include_users=True)
            return tuple(
                _Group(
                    id=str(each.get("id")),
                    handle=str(each.get("handle")),
                    members=frozenset(map(str, each.get("users") or ())),
                )
                for each in answer.get("usergroups") or ()
                if not each.get("date_delete")
            )

        return await self._cache.get("groups", look, max_age=NAMES_MAX_AGE)

    async def _group_members(self, group: str) -> frozenset[str]:
        answer = await self._api.read("usergroups.users.list", usergroup=group)
        return frozenset(str(user) for user in answer.get("users") or ())

    async def _channel_id(self, name: str) -> str:
        if not name.startswith("#"):
            return name
        names = await self._cache.get("channels", self._channel_names, max_age=NAMES_MAX_AGE)
        if name[1:] not in names:
            raise _NoSuchName(
                lazy_text("there is no channel {name} that I can see, or it is archived", name=name)
            )
        return names[name[1:]]

    async def _channel_names(self) -> dict[str, str]:
        types = "public_channel,private_channel"
        pages = await self._entries("conversations.list", "channels", types=types, exclude_archived=True)
        return {str(channel["name"]): str(channel["id"]) for channel in pages}

    async def _channel_members(self, channel: str) -> frozenset[str]:
        return frozenset(map(str, await self._entries("conversations.members", "members", channel=channel)))

    async def _entries(self, method: str, key: str, **arguments: Any) -> list[Any]:
        return await read_entries(self._api, method, key, _PAGE, **arguments)


def _unreadable(source: Source, refused: SlackRefused) -> Unreadable:
    log.error("members_not_readable", source=str(source), slack_error=refused.error)
    if refused.error in _GONE:
        return Unreadable(reason=lazy_text("it is gone"), permanent=True)
    if refused.error in {"missing_scope", "not_allowed_token_type", "no_permission", "not_in_channel"}:
        return Unreadable(reason=lazy_text(_NO_PERMISSION, error=refused.error))
    return Unreadable(reason=lazy_text("Slack refused to tell its members ({error})", error=refused.error))
