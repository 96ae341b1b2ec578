"""The store as the bot has it, with no graph to run."""

from collections.abc import AsyncIterator

import pytest

from tests.support.harness import Harness, open_harness


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, {}) as opened:
        yield opened
