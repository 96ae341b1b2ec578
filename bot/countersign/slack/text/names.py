"""Names of people, channels and user groups, for ids in what a graph is given and in what people are shown.

A graph gets `@Bob Berger (U0BOB00001)`, `#general (C0GENERAL0)` and `@finance (S0FINANCE1)`. Slack is asked
once and the answer kept for a while; where it does not say, the id stays. What people see mentions nobody.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from cachetools import LRUCache

from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.slack.transport.outbound.web_api import WebApi

_ID = r"[UWCGDS][A-Z0-9]{6,20}"
_BARE = re.compile(
    r"(?<![\w(@#/.<])(?:@(?P<who>[UWS][A-Z0-9]{6,20})|#(?P<where>[CGD][A-Z0-9]{6,20}))(?![\w@])"
)
_MARKUP = re.compile(rf"&lt;(?:[@#]|!subteam\^)(?P<id>{_ID})(?:\|(?:(?!&[lg]t;).){{0,100}})?&gt;")
_SPELT = re.compile(rf"(?P<sign>[@#])(?P<name>[^\n()@#]{{1,80}}) \((?P<id>{_ID})\)")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>&*~`|\[\]()\\@#⟨⟩]+")

MAX_AGE = 600.0  # seconds; of a name
_RETRY_AGE = 60.0  # seconds; where Slack did not answer
_CACHE_SIZE = 5_000
_MAX_LOOKUPS = 30  # of one message
_TIMEOUT = 3.0  # seconds for all of them

log = structlog.get_logger()


class Names:
    """`readable` never raises: an id that Slack has no name for stays as it is."""

    def __init__(self, api: WebApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._cache: LRUCache[str, tuple[float, str | None]] = LRUCache(_CACHE_SIZE)
        self._asking: dict[str, asyncio.Task[str | None]] = {}

    def forget(self) -> None:
        self._cache.clear()

    async def readable(self, text: str, *, timeout: float = _TIMEOUT) -> str:
        """The text with `@Bob Berger (U0...)` for each `@U0...`, for a graph to read."""
        names = await self.of((found[1] or found[2] for found in _BARE.finditer(text)), timeout=timeout)

        def named(found: re.Match[str]) -> str:
            name = names.get(found["who"] or found["where"])
            return f"{found[0][0]}{name} ({found[0][1:]})" if name else found[0]

        return _BARE.sub(named, text)

    async def of(self, ids: Iterable[str], *, timeout: float = _TIMEOUT) -> Mapping[str, str]:
        """The names that Slack tells in time."""
        wanted = list(dict.fromkeys(ids))[:_MAX_LOOKUPS]
        if not wanted:
            return {}
        tasks = {each: self._task(each) for each in wanted}
        await asyncio.wait(tasks.values(), timeout=timeout)
        done = {each: task.result() for each, task in tasks.items() if task.done()}
        return {each: name for each, name in done.items() if name}

    def _task(self, id_: str) -> asyncio.Task[str | None]:
        """The lookup of this name that is under way, or a new one: nobody asks for a name twice at once."""
        task = self._asking.get(id_)
        if task is None:
            task = self._asking[id_] = asyncio.create_task(self._name(id_))
            task.add_done_callback(lambda _: self._asking.pop(id_, None))
        return task

    async def _name(self, id_: str) -> str | None:
        cached = self._cache.get(id_)
        if cached is not None and self._clock() - cached[0] < (MAX_AGE if cached[1] else _RETRY_AGE):
            return cached[1]
        try:
            name = _safe(await self._look_up(id_))
        except (SlackRefused, RateLimited, SlackUnreachable) as error:
            log.info("name_unknown", id=id_, reason=str(error))
            name = None
        self._cache[id_] = (self._clock(), name)
        return name

    async def _look_up(self, id_: str) -> str:
        if id_.startswith("S"):
            groups = (await self._api.read("usergroups.list", tries=1)).get("usergroups") or ()
            return next((str(group.get("handle")) for group in groups if group.get("id") == id_), "")
        if id_.startswith(("C", "G", "D")):
            answer = await self._api.read("conversations.info", tries=1, channel=id_)
            return str((answer.get("channel") or {}).get("name") or "")
        user: dict[str, Any] = (await self._api.read("users.info", tries=1, user=id_)).get("user") or {}
        profile = user.get("profile") or {}
        names = (
            profile.get("real_name"),
            user.get("real_name"),
            profile.get("display_name"),
            user.get("name"),
        )
        return next((str(name) for name in names if name), "")


def ids_in(escaped: str) -> set[str]:
    """The ids that text which was escaped for Slack refers to."""
    spelt = {found["id"] for found in _SPELT.finditer(escaped)}
    return {found["id"] for found in _MARKUP.finditer(escaped)} | spelt


def with_names(escaped: str, names: Mapping[str, str], *, exact: bool) -> str:
    """Escaped text with names instead of Slack's markup, which mention nobody.

    `exact` keeps the markup beside the name (`@Bob Berger ⟨@U0BOB00001⟩`), as approvers have to see what a
    value is. No other text is written so: cards write out the brackets of a payload.
    """

    def named(found: re.Match[str]) -> str:
        name, id_ = names.get(found["id"]), found["id"]
        sign = "#" if id_[0] in "CGD" else "@"
        return found[0] if name is None else f"{sign}{name}{_markup(found) if exact else ''}"

    def without_id(found: re.Match[str]) -> str:
        return f"{found['sign']}{found['name']}" if names.get(found["id"]) == found["name"] else found[0]

    text = _MARKUP.sub(named, escaped)
    return text if exact else _SPELT.sub(without_id, text)


def _markup(found: re.Match[str]) -> str:
    return f" ⟨{found[0].removeprefix('&lt;').removesuffix('&gt;')}⟩"


def _safe(name: str) -> str | None:
    """A name without markup characters, so that it cannot pose as anything else."""
    return " ".join(_UNSAFE.sub(" ", name).split())[:80] or None
