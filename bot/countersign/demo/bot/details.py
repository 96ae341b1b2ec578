"""Asking the bot what it knows of a thread, over its own HTTP server."""

import secrets
from collections.abc import Callable

import aiohttp

from slack_local.model.records import JsonObject
from slack_local.page.context import BotDetails

SECONDS = 5.0


def new_token() -> str:
    """A token for the bot's inspection API that nobody else knows (INSPECTION_TOKEN)."""
    return secrets.token_urlsafe(24)


def over_http(address: Callable[[], str | None], token: str) -> BotDetails:
    """A question to the bot that listens at `address` now; None where it is away or says nothing."""

    async def ask(thread: str) -> JsonObject | None:
        bot = address()
        if bot is None:
            return None
        limit = aiohttp.ClientTimeout(total=SECONDS)
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as client,
                client.get(f"{bot}/inspect/{thread}", headers=headers) as answer,
            ):
                found: JsonObject | None = await answer.json() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None
        return found

    return ask
