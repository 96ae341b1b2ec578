"""Workspaces that the app was removed from, and closing what waits there."""

from countersign.approvals.audit import EntryHasher
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.recorded_reasons import APP_REMOVED
from countersign.error_translation import translates_errors
from countersign.flow.errors import Conflict
from countersign.store.approvals.approval_changes import applied, apply
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, fetch, run, transaction
from countersign.store.queries import QUERIES


@translates_errors
class RemovalStore:
    """Implements `RemovalStore` of countersign.flow.ports."""

    def __init__(self, pool: Pool, hasher: EntryHasher) -> None:
        self._pool = pool
        self._hasher = hasher

    async def workspace_removed(self, team: str, reason: str) -> None:
        await run(self._pool, "record_removal", {"team": team, "reason": reason})

    async def workspace_installed(self, team: str) -> None:
        await run(self._pool, "forget_removal", {"teams": [team]})

    async def removed(self, limit: int) -> tuple[tuple[str, str], ...]:
        found = await fetch(self._pool, "removed_workspaces", {"limit": limit})
        return tuple((row["team"], row["reason"]) for row in found)

    async def close_workspace(self, team: str, reason: str, limit: int) -> bool:
        found = await fetch(self._pool, "open_approvals_of_team", {"team": team, "limit": limit})
        for row in found:
            approval = rows.approval_from(row)
            detail: Json = {"reason": reason}
            change = Change(after=approval.withdrawn(APP_REMOVED), event=Event.WITHDRAWN, detail=detail)
            try:
                async with transaction(self._pool) as connection:
                    await applied(await apply(connection, change, self._hasher))
            except Conflict:  # somebody decided it in this moment: the next round sees it as it is then
                return False
        if len(found) == limit:
            return False
        async with self._pool.connection() as connection:
            await connection.execute(QUERIES["end_workspace"], {"team": team, "reason": reason})
        return True
