"""Makes independent fleets, for a test that runs several in parallel."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.fleet.bot_fleet import Fleet, open_fleet
from tests.chaos.fleet.fork_server import ForkServer
from tests.support.postgres import databases


@dataclass(frozen=True, kw_only=True)
class FleetFactory:
    folder: Path
    server_url: str
    template: str
    fork_server: ForkServer

    @asynccontextmanager
    async def fleet(self, name: str) -> AsyncIterator[Fleet]:
        """A fleet with a workspace and a database of its own."""
        with databases.database(self.server_url, template=self.template) as url:
            async with open_fleet(self.folder / name, url, self.fork_server) as fleet:
                yield fleet
