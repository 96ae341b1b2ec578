"""Web API methods whose answer comes in pages: each page names the next one by a cursor."""

from collections.abc import AsyncIterator
from typing import Any

from countersign.flow.errors import SlackUnreachable
from countersign.i18n import lazy_text
from countersign.slack.transport.outbound.web_api import WebApi

_MAX_PAGES = 100


async def read_pages(api: WebApi, method: str, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
    """Each answer, until Slack names no next page. Raises RateLimited, SlackRefused and SlackUnreachable."""
    cursor: str | None = None
    while True:
        page = await api.read(method, cursor=cursor, **arguments)
        yield page
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            return


async def read_entries(api: WebApi, method: str, key: str, limit: int, **arguments: Any) -> list[Any]:
    """What is under `key` on all pages of `limit` entries. Raises as `read_pages` does, or for too many."""
    found: list[Any] = []
    pages = 0
    async for page in read_pages(api, method, limit=limit, **arguments):
        if pages == _MAX_PAGES:
            raise SlackUnreachable(
                lazy_text("{method} has more than {count:,} entries.", method=method, count=len(found))
            )
        found += page.get(key) or []
        pages += 1
    return found
