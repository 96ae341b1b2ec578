"""The harness, with the tests' own graphs in it."""

from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import pytest
import structlog.testing

from tests.flow.graphs.graphs_to_host import failing
from tests.flow.graphs.prepared_graphs import everything_prepared
from tests.support.fakes.clocks import StillClock
from tests.support.harness import Harness, open_harness


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    failing.clear()
    async with open_harness(database_url, everything_prepared()) as opened:
        yield opened


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged, kept instead of printed."""
    with structlog.testing.capture_logs() as entries:
        yield entries
