"""`countersign migrate`."""

import structlog

from countersign.settings import DatabaseSettings
from countersign.store.connections.database import open_database

log = structlog.get_logger()


async def migrate_database(settings: DatabaseSettings) -> None:
    """Bring the tables up to date. Raises DatabaseError."""
    given = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(given, settings.data_dir):
        log.info("database_ready")
