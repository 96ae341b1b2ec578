"""Answers whoever clicked, typed a command or sent a form in the language of their Slack."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.i18n import matching_language, set_reader_language

_LOCALE_TIMEOUT = 1.0  # seconds, of the three in which Slack wants its acknowledgement


def reader_language_middleware(
    locale: Callable[[str], Awaitable[str | None]],  # of a user id
) -> Callable[..., Awaitable[None]]:
    """A global Bolt middleware. Events are read by many: they keep the workspace's language.

    Bolt calls the listener after its middleware has returned, in the same task.
    """

    async def in_language_of_reader(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002
        user = _one_reader(body)
        set_reader_language(await _language(user, locale) if user else None)
        await next()

    return in_language_of_reader


async def _language(user: str, locale: Callable[[str], Awaitable[str | None]]) -> str | None:
    try:
        async with asyncio.timeout(_LOCALE_TIMEOUT):
            return matching_language(await locale(user))
    except (TimeoutError, RateLimited, SlackRefused, SlackUnreachable):
        return None


def _one_reader(body: dict[str, Any]) -> str | None:
    """Who sees the answer: the person of an interaction or a slash command."""
    if body.get("type") == "event_callback":
        return None
    user = body.get("user")
    if isinstance(user, dict):
        return str(user["id"]) if user.get("id") else None
    return str(body["user_id"]) if body.get("command") and body.get("user_id") else None
