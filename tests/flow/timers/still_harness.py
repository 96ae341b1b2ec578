"""The harness with a clock that stands still, and people in two groups."""

from collections.abc import AsyncIterator

import pytest

from tests.flow.graphs.prepared_graphs import by_dialect_prepared
from tests.support.fakes.clocks import StillClock
from tests.support.harness import Harness, open_harness

NAMED = '[[rule]]\nname = "r"\n'


@pytest.fixture
async def harness(database_url: str, clock: StillClock) -> AsyncIterator[Harness]:
    async with open_harness(database_url, by_dialect_prepared(), clock=clock) as opened:
        opened.directory.groups = {"@finance": {"UBOB", "UCAROL"}, "@oncall": {"UDAVE"}}
        yield opened
