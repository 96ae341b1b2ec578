"""Who people are, from users.info. Fails closed: an unknown person is not a member."""

import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cachetools import TTLCache

from countersign.approvals.person import Person, Standing
from countersign.flow.errors import SlackRefused
from countersign.slack.directories.lookup_cache import LookupCache
from countersign.slack.transport.outbound.pagination import read_pages
from countersign.slack.transport.outbound.web_api import WebApi

LOCALE_MAX_AGE = 3600.0  # seconds
CACHE_SIZE = 10_000  # people; the least recently used are evicted
_PAGE = 1_000  # people per call
_UNKNOWN = {"user_not_found", "user_not_visible", "users_not_found"}


class UserDirectory:
    def __init__(self, api: WebApi, team: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._team = team
        self._people = LookupCache(CACHE_SIZE, clock)
        self._locales: TTLCache[str, str | None] = TTLCache(CACHE_SIZE, LOCALE_MAX_AGE, timer=clock)

    def forget(self) -> None:
        self._people.forget()
        self._locales.clear()

    async def person(self, user_id: str, *, max_age: float = 0.0) -> Person:
        """Who it is now, or was at most `max_age` seconds ago.

        Raises RateLimited, SlackRefused or SlackUnreachable if Slack does not say who it is.
        """
        try:
            return await self._people.get(user_id, lambda: self._look_up(user_id), max_age=max_age)
        except SlackRefused as error:
            if error.error not in _UNKNOWN:
                raise
            return Person(id=user_id, name=user_id, standing=Standing.GONE)

    async def _look_up(self, user_id: str) -> Person:
        return _person(user_id, await self._info(user_id), self._team)

    async def time_zone(self, user_id: str) -> ZoneInfo:
        """Where somebody is; UTC where Slack does not say. Raises as `person` does."""
        user = await self._info(user_id)
        try:
            return ZoneInfo(str(user.get("tz") or "UTC"))
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    async def locale(self, user_id: str) -> str | None:
        """The language of somebody's Slack, such as `ko-KR`, at most an hour old. Raises as `person` does."""
        if user_id not in self._locales:
            await self._info(user_id)
        return self._locales.get(user_id)

    def known_locale(self, user_id: str) -> str | None:
        """The same without asking: None if it was not asked for within the last hour."""
        return self._locales.get(user_id)

    async def _info(self, user_id: str) -> dict[str, Any]:
        answer = await self._api.read("users.info", user=user_id, include_locale=True)
        user: dict[str, Any] = answer.get("user") or {}
        self._locales[user_id] = user.get("locale")
        return user

    async def find(self, name: str) -> tuple[str, ...]:
        """The ids of active people with this handle or display name. Raises as `person` does."""
        wanted = name.casefold()
        found = []
        async for page in read_pages(self._api, "users.list", limit=_PAGE):
            for user in page.get("members") or ():
                profile = user.get("profile") or {}
                names = {str(each).casefold() for each in (user.get("name"), profile.get("display_name"))}
                if wanted in names and not user.get("deleted"):
                    found.append(str(user["id"]))
        return tuple(found)


def _person(user_id: str, user: dict[str, Any], team: str) -> Person:
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    name = next((name for name in names if name), user_id)
    return Person(id=user_id, name=str(name), standing=_standing(user_id, user, team))


def _standing(user_id: str, user: dict[str, Any], team: str) -> Standing:
    if not user or user.get("deleted"):
        return Standing.GONE
    if user.get("is_bot") or user_id == "USLACKBOT" or user.get("is_workflow_bot"):
        return Standing.BOT
    if user.get("is_stranger") or team not in _teams(user):
        return Standing.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.MEMBER


def _teams(user: dict[str, Any]) -> set[str]:
    """The workspaces of the person: one, or several in an Enterprise organisation."""
    enterprise = user.get("enterprise_user") or {}
    return {str(team) for team in (user.get("team_id"), *(enterprise.get("teams") or ())) if team}
