"""A client of the bot's inspection API: what it knows about a thread."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from slack_local.model.records import JsonObject
from slack_local.page.context import MessageNote

_TIMEOUT = 5.0  # seconds


def new_token() -> str:
    """A token for the bot's inspection API that nobody else knows (INSPECTION_TOKEN)."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class InspectionClient:
    """Asks the bot that listens at `address` now. A bot that does not answer knows nothing."""

    address: Callable[[], str | None]
    token: str

    async def details(self, thread: str) -> JsonObject | None:
        """All that the bot knows of a thread, by section."""
        found: JsonObject | None = await self._get(thread)
        return found

    async def notes(self, thread: str) -> Sequence[MessageNote]:
        """What runs in this thread raised, beside the messages that say so."""
        return [_note(row) for row in await self._get(f"{thread}/errors") or ()]

    async def _get(self, path: str) -> Any:
        bot = self.address()
        if bot is None:
            return None
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT)) as client,
                client.get(f"{bot}/inspect/{path}", headers=headers) as answer,
            ):
                return await answer.json() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None


def _note(row: Mapping[str, Any]) -> MessageNote:
    where = f"{row['file']}:{row['line']}" if row["file"] else ""
    return MessageNote(
        beside=f"Error ID {row['error_id']}",
        title=row["type"],
        text=row["message"],
        location=f"{where}, in {row['function']}" if row["function"] else where,
        code=row["code"] or "",
        traceback=row["traceback"],
    )
