"""Workspaces in which a sweep has something to do, so that no sweep asks for each workspace in turn."""

from datetime import datetime

from countersign.error_translation import translates_errors
from countersign.store.connections.pool import Pool, fetch


@translates_errors
class DueTeams:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def to_post(self) -> frozenset[str]:
        return await self._teams("teams_to_post")

    async def to_redraw(self) -> frozenset[str]:
        return await self._teams("teams_to_redraw")

    async def to_publish(self) -> frozenset[str]:
        return await self._teams("teams_to_publish")

    async def with_timers(self, now: datetime) -> frozenset[str]:
        return await self._teams("teams_with_timers", now=now)

    async def with_streams(self) -> frozenset[str]:
        return await self._teams("teams_with_streams")

    async def with_reviews(self) -> frozenset[str]:
        return await self._teams("teams_with_reviews")

    async def _teams(self, query: str, **arguments: object) -> frozenset[str]:
        return frozenset(row["team"] for row in await fetch(self._pool, query, arguments))
