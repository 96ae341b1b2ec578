"""The fixture for other people's tests: `pytest_plugins = ["bot.local.pytest_plugin"]`.

```python
async def test_refund(workspace):
    start_my_bot(workspace.environment())
    await workspace.connected()
    thread = await workspace.alice.mentions("refund 12")
    card = await thread.card()
    await card.approve(by=workspace.bob)
    await card.closes()
```

Needs pytest-asyncio. Retries of events come after 0, 0.1 and 0.2 seconds rather than Slack's 0, 60 and 300.
"""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.local.server import LocalWorkspace


@pytest_asyncio.fixture
async def workspace() -> AsyncIterator[LocalWorkspace]:
    """A workspace of its own for each test, reached over Socket Mode."""
    async with LocalWorkspace(retry_schedule=(0.0, 0.1, 0.2)) as running:
        yield running
