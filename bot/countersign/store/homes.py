"""Inboxes, Home tabs and quiet hours in PostgreSQL: the InboxStore, HomeStore and QuietHoursStore ports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from countersign.error_translation import translates_errors
from countersign.flow.home.counting import COUNTED
from countersign.flow.home.quiet_hours import QuietHours
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.ports import OpenedHome
from countersign.flow.review import Review
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, fetch, run
from countersign.store.queries import QUERIES

_CLAIM_SECONDS = 15.0  # longer than a publication may take


@translates_errors
class InboxStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def waiting_for(
        self, team: str, user: str, keys: Sequence[str], channels: Sequence[str], offset: int, limit: int
    ) -> tuple[tuple[Review, ...], int]:
        arguments = {
            "team": team,
            "user": user,
            "keys": list(keys),
            "channels": list(channels),
            "offset": offset,
            "limit": limit,
            "counted": COUNTED,
        }
        return await self._counted("waiting_for", arguments)

    async def waiting_elsewhere(
        self, team: str, keys: Sequence[str], channels: Sequence[str], limit: int
    ) -> tuple[str, ...]:
        arguments = {"team": team, "keys": list(keys), "channels": list(channels), "limit": limit}
        return tuple(row["channel"] for row in await fetch(self._pool, "waiting_elsewhere", arguments))

    async def asked_by(self, team: str, user: str, limit: int) -> tuple[tuple[Review, ...], int]:
        return await self._counted(
            "asked_by", {"team": team, "user": user, "limit": limit, "counted": COUNTED}
        )

    async def decided_lately(self, team: str, user: str, offset: int, limit: int) -> tuple[Review, ...]:
        arguments = {"team": team, "user": user, "offset": offset, "limit": limit}
        return await rows.reviews_from(await fetch(self._pool, "decided_lately", arguments))

    async def _counted(self, query: str, arguments: dict[str, Any]) -> tuple[tuple[Review, ...], int]:
        found = await fetch(self._pool, query, arguments)
        return await rows.reviews_from(found), int(found[0]["found_in_all"]) if found else 0

    async def set_unknown_awaited(self, limit: int = 200) -> int:
        """Find out whom approvals wait for that an earlier version of the bot opened; returns how many."""
        found = await fetch(self._pool, "awaiting_unknown", {"limit": limit})
        for row in found:
            approval = rows.approval_from(row)
            arguments = {"id": approval.id, "version": approval.version, **rows.inbox_columns(approval)}
            await run(self._pool, "set_awaited", arguments)
        return len(found)

    async def quiet_hours(self, team: str, user: str) -> QuietHours | None:
        found = await fetch(self._pool, "quiet_hours", {"team": team, "user": user})
        return QuietHours(**found[0]) if found else None

    async def set_quiet_hours(self, team: str, user: str, hours: QuietHours | None) -> None:
        key = {"team": team, "user": user}
        async with self._pool.connection() as connection, connection.transaction():
            if hours is None:
                await connection.execute(QUERIES["delete_quiet_hours"], key)
            else:
                own = {"begins": hours.begins, "ends": hours.ends, "zone": hours.zone}
                await connection.execute(QUERIES["set_quiet_hours"], key | own)
            await connection.execute(QUERIES["release_held"], key)

    async def hold(self, row: Outgoing, until: datetime) -> None:
        await run(self._pool, "hold", {"key": row.key, "until": until})


@translates_errors
class HomeStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open_home(self, team: str, user: str, page: int) -> None:
        await run(self._pool, "open_home", {"team": team, "user": user, "page": page})

    async def touch_home(self, team: str, user: str) -> None:
        await run(self._pool, "touch_home", {"team": team, "user": user})

    async def claim_home(self, team: str, user: str) -> OpenedHome | None:
        arguments = {"team": team, "user": user, "claim": _CLAIM_SECONDS}
        found = await fetch(self._pool, "claim_home", arguments)
        return _home_from(found[0]) if found else None

    async def claim_due_homes(self, team: str, limit: int) -> tuple[OpenedHome, ...]:
        arguments = {"team": team, "limit": limit, "claim": _CLAIM_SECONDS}
        return tuple(map(_home_from, await fetch(self._pool, "claim_due_homes", arguments)))

    async def set_home_keys(self, team: str, user: str, keys: Sequence[str]) -> None:
        await run(self._pool, "set_home_keys", {"team": team, "user": user, "keys": list(keys)})

    async def home_published(
        self, team: str, home: OpenedHome, shown: str, page: int, seconds: float
    ) -> None:
        arguments = {
            "team": team,
            "user": home.user,
            "read": home.page,
            "shown": shown,
            "page": page,
            "seconds": seconds,
        }
        await run(self._pool, "home_published", arguments)

    async def home_failed(self, team: str, user: str, seconds: float) -> None:
        await run(self._pool, "home_failed", {"team": team, "user": user, "seconds": seconds})

    async def mark_stale_homes(self, limit: int) -> None:
        await run(self._pool, "mark_stale_homes", {"limit": limit})


def _home_from(row: rows.Row) -> OpenedHome:
    return OpenedHome(user=row["user_id"], page=row["page"], shown=row["shown"])
