"""Workspaces of organisations that installed the app, and which of them a payload is about."""

from collections.abc import Collection
from uuid import UUID

from countersign.error_translation import translates_errors
from countersign.store.connections.pool import Pool, fetch
from countersign.store.queries import QUERIES


@translates_errors
class OrganisationStore:
    """Implements `OrganisationStore` of countersign.flow.ports."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def workspaces(self, enterprise_id: str) -> frozenset[str]:
        found = await fetch(self._pool, "workspaces_of_organisation", {"enterprise_id": enterprise_id})
        return frozenset(row["team"] for row in found)

    async def set_workspaces(
        self, enterprise_id: str, teams: Collection[str], reason: str
    ) -> tuple[str, ...]:
        async with self._pool.connection() as connection, connection.transaction():
            arguments = {"enterprise_id": enterprise_id, "teams": list(teams)}
            await connection.execute(QUERIES["join_organisation"], arguments)
            await connection.execute(QUERIES["forget_removal"], {"teams": list(teams)})
            cursor = await connection.execute(QUERIES["leave_organisation"], arguments)
            left = tuple(row["team"] for row in await cursor.fetchall())
            for team in left:
                await connection.execute(QUERIES["record_removal"], {"team": team, "reason": reason})
        return left

    async def workspaces_of_approvals(self, approvals: Collection[UUID]) -> frozenset[str]:
        found = await fetch(self._pool, "workspaces_of_approvals", {"ids": list(approvals)})
        return frozenset(row["team"] for row in found)

    async def workspaces_of_threads(self, threads: Collection[str]) -> frozenset[str]:
        found = await fetch(self._pool, "workspaces_of_threads", {"ids": list(threads)})
        return frozenset(row["team"] for row in found)
