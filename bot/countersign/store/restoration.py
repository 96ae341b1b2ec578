"""Makes a database that was restored from a backup safe to start with: nothing in it goes on by itself."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from countersign.approvals.person import Person, Standing
from countersign.error_translation import translates_errors
from countersign.flow.messages.inbound import STARTS_A_RUN
from countersign.flow.messages.outgoing import failure
from countersign.flow.thread import ThreadRef
from countersign.store.approvals.grants import GrantStore, grant_from
from countersign.store.columns import rows
from countersign.store.connections.pool import Pool, fetch, transaction
from countersign.store.queries import QUERIES

_OPERATOR = Person(id="operator", name="operator", standing=Standing.BOT)


@dataclass(frozen=True, kw_only=True)
class StoppedAtRestore:
    """What was stopped, by number."""

    threads: int
    cards: int
    grants: int


@translates_errors
class Restoration:
    def __init__(self, pool: Pool, grants: GrantStore) -> None:
        self._pool = pool
        self._grants = grants

    async def stop_everything(self, hint: str) -> StoppedAtRestore:
        """Halt what is not at rest, and tell each thread `hint`, in one transaction; then revoke the grants.

        May be called again: what is halted stays as it is.
        """
        async with transaction(self._pool) as connection:
            halting = await connection.execute(
                QUERIES["halt_after_restore"], {"starts": [kind.value for kind in STARTS_A_RUN]}
            )
            redrawing = await connection.execute(QUERIES["redraw_cards"])
            await connection.execute(QUERIES["look_before_posting"])
            halted = await halting.fetchall()
            for row in halted:
                told = failure(ThreadRef.parse(row["id"]), row["halted"], hint)
                await connection.execute(QUERIES["insert_outgoing"], rows.outgoing_row(told))
            cards = await redrawing.fetchall()
        return StoppedAtRestore(threads=len(halted), cards=len(cards), grants=await self._revoke_grants())

    async def _revoke_grants(self) -> int:
        """One that was revoked since the backup would approve again."""
        found = await fetch(self._pool, "unrevoked_grants", {})
        for row in found:
            revoked = replace(grant_from(row), revoked_at=datetime.now(UTC), revoked_by=_OPERATOR.id)
            await self._grants.revoke(revoked, _OPERATOR, ())
        return len(found)
