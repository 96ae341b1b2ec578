"""Where a test lays out several crews that know nothing of each other, to have them work side by side."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.crew import Crew, open_crew
from tests.chaos.forge import Forge
from tests.support import databases


@dataclass(frozen=True, kw_only=True)
class Ground:
    folder: Path
    server_url: str
    template: str
    forge: Forge

    @asynccontextmanager
    async def crew(self, name: str) -> AsyncIterator[Crew]:
        """A crew with a workspace and a database of its own."""
        with databases.database(self.server_url, template=self.template) as url:
            async with open_crew(self.folder / name, url, self.forge) as crew:
                yield crew
