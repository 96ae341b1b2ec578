"""One forge for the suite, and for each test a workspace, a database and whatever bots it starts."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.chaos.crew import Crew, open_crew
from tests.chaos.forge import Forge, open_forge
from tests.chaos.ground import Ground

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.chaos)
            if item.get_closest_marker("asyncio"):  # one loop, in which the forge lives
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(150))


@pytest.fixture(scope="session", autouse=True)
def _no_proxies() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
            patch.delenv(name, raising=False)
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def forge() -> AsyncIterator[Forge]:
    async with open_forge() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def crew(tmp_path: Path, database_url: str, forge: Forge) -> AsyncIterator[Crew]:
    async with open_crew(tmp_path / "stage", database_url, forge) as opened:
        yield opened


@pytest.fixture
def ground(tmp_path: Path, server_url: str, database_template: str, forge: Forge) -> Ground:
    return Ground(folder=tmp_path, server_url=server_url, template=database_template, forge=forge)


@pytest.fixture
def seed() -> int:
    """CHAOS_SEED, or a new one; printed, so that a failure can be played again."""
    given = int(os.environ.get("CHAOS_SEED") or int.from_bytes(os.urandom(4)))
    print(f"CHAOS_SEED={given}")
    return given
