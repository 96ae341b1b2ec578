"""The scripted model over the wire, and a host in memory."""

from collections.abc import AsyncIterator, Callable

import pytest

from countersign.demo.model import ScriptedModel
from tests.graphs.driving import Thread, load
from tests.graphs.memory_host import MemoryHost


@pytest.fixture
async def model(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedModel]:
    """A scripted model, to which the graphs' settings point."""
    for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
        monkeypatch.delenv(proxy.lower(), raising=False)
    async with ScriptedModel() as served:
        monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "any")
        monkeypatch.setenv("MODEL", "scripted")
        yield served


@pytest.fixture
def host() -> MemoryHost:
    """What the bot would pass to the graph."""
    return MemoryHost()


@pytest.fixture
def thread_of(model: ScriptedModel, host: MemoryHost) -> Callable[[str], Thread]:
    """Open a thread with the graph of a name in langgraph.json."""
    return lambda name: Thread(load(name), host)
