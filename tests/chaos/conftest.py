"""One fork server for the suite; for each test a workspace, a database and the bots it starts."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.chaos.fleet.bot_fleet import Fleet, open_fleet
from tests.chaos.fleet.fleet_factory import FleetFactory
from tests.chaos.fleet.fork_server import ForkServer, open_fork_server
from tests.support.proxies import no_proxies

__all__ = ["no_proxies"]

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.chaos)
            if item.get_closest_marker("asyncio"):  # one loop, in which the fork server lives
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(150))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def fork_server() -> AsyncIterator[ForkServer]:
    async with open_fork_server() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def fleet(tmp_path: Path, database_url: str, fork_server: ForkServer) -> AsyncIterator[Fleet]:
    async with open_fleet(tmp_path / "stage", database_url, fork_server) as opened:
        yield opened


@pytest.fixture
def fleet_factory(
    tmp_path: Path, server_url: str, database_template: str, fork_server: ForkServer
) -> FleetFactory:
    return FleetFactory(
        folder=tmp_path, server_url=server_url, template=database_template, fork_server=fork_server
    )


@pytest.fixture
def seed() -> int:
    """CHAOS_SEED, or a new one; printed, so that a failure can be played again."""
    given = int(os.environ.get("CHAOS_SEED") or int.from_bytes(os.urandom(4)))
    print(f"CHAOS_SEED={given}")
    return given
