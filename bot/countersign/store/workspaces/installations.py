"""Installations by OAuth. Their tokens are protected columns: the connections of the pool encrypt them."""

from datetime import datetime
from typing import Any

from countersign.error_translation import translates_errors
from countersign.flow.installation.installation import Installation
from countersign.flow.ports.database.installations import Renew
from countersign.store.columns.rows import Row
from countersign.store.connections.pool import Pool, fetch
from countersign.store.encryption.protected_columns import protected_text
from countersign.store.queries import QUERIES


@translates_errors
class InstallationStore:
    """Implements `InstallationStore` of countersign.flow.ports. `pool` has the keys of ENCRYPTION_KEY."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def save(self, installation: Installation) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(QUERIES["save_installation"], _row(installation))
            await connection.execute(QUERIES["forget_removal"], {"teams": [installation.id]})

    async def find(self, team: str) -> Installation | None:
        found = await fetch(self._pool, "installation_of_team", {"team": team})
        return _from_row(found[0]) if found else None

    async def teams(self) -> tuple[str, ...]:
        return tuple(row["team"] for row in await fetch(self._pool, "served_teams", {}))

    async def remove(self, id_: str, reason: str) -> tuple[str, ...]:
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(QUERIES["remove_installation"], {"id": id_})
            teams = tuple(row["team"] for row in await cursor.fetchall())
            for team in teams:
                await connection.execute(QUERIES["record_removal"], {"team": team, "reason": reason})
        return teams

    async def expiring(self, before: datetime) -> tuple[str, ...]:
        return tuple(
            row["id"] for row in await fetch(self._pool, "expiring_installations", {"before": before})
        )

    async def renew(self, id_: str, old_token: str | None, renew: Renew) -> Installation | None:
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(QUERIES["lock_installation"], {"id": id_})
            found = await cursor.fetchone()
            if found is None:
                return None
            stored = _from_row(found)
            if old_token is not None and stored.token != old_token:
                return stored
            renewed = await renew(stored)
            await connection.execute(QUERIES["renew_installation"], _row(renewed))
        return renewed


def _row(installation: Installation) -> dict[str, Any]:
    id_ = installation.id
    return {
        "id": id_,
        "enterprise_id": installation.enterprise_id,
        "name": installation.name,
        "url": installation.url,
        "app_id": installation.app_id,
        "bot_id": installation.bot_id,
        "bot_user": installation.bot_user,
        "scopes": ",".join(sorted(installation.scopes)),
        "token": protected_text(installation.token, "token", id_),
        "refresh_token": protected_text(installation.refresh_token, "refresh_token", id_),
        "expires_at": installation.expires_at,
        "installed_by": installation.installed_by,
    }


def _from_row(row: Row) -> Installation:
    return Installation(
        id=row["id"],
        enterprise_id=row["enterprise_id"],
        name=row["name"],
        url=row["url"],
        app_id=row["app_id"],
        bot_id=row["bot_id"],
        bot_user=row["bot_user"],
        scopes=frozenset(filter(None, row["scopes"].split(","))),
        token=row["token"],
        refresh_token=row["refresh_token"],
        expires_at=row["expires_at"],
        installed_by=row["installed_by"],
    )
