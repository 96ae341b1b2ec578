"""`countersign migrate`."""

import structlog

from countersign.settings import DatabaseSettings
from countersign.store.connections.database import open_database
from countersign.store.schema.runtime_role import grant_runtime_role

log = structlog.get_logger()


async def migrate_database(settings: DatabaseSettings, grant_to: str | None = None) -> None:
    """Bring the tables up to date, and let a role use them. Raises DatabaseError and RoleError."""
    given = settings.database
    async with open_database(given, settings.data_dir) as address:
        if grant_to is not None:
            await grant_runtime_role(address, grant_to)
        log.info("database_ready")
