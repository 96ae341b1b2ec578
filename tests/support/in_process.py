"""The bot in the test's own process: quick to start, for what does not need a process to kill."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from unittest import mock

from countersign.flow.ports import Clock
from countersign.process import run_bot
from countersign.settings import read_settings
from tests.support.processes.process_state import imports_forgotten


@contextmanager
def environment_of(environment: Mapping[str, str]) -> Iterator[None]:
    """This environment and no other, which graphs read for themselves."""
    with mock.patch.dict(os.environ, dict(environment), clear=True):
        yield


@asynccontextmanager
async def bot_in_process(
    environment: Mapping[str, str], *, listen: bool = True, work: bool = True, clock: Clock | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """A bot that is stopped in order with the block. Graphs find `environment` in theirs.

    A fixture of a module or package stops it after its last test, so its imports end here.
    """
    stop = asyncio.Event()
    with environment_of(environment), imports_forgotten(_project(environment)):
        running = asyncio.create_task(run_bot(read_settings(), stop, listen=listen, work=work, clock=clock))
        try:
            yield running
        finally:
            stop.set()
            await running


def _project(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("LANGGRAPH_CONFIG") or "langgraph.json").resolve().parent
