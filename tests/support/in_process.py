"""The bot in the test's own process: quick to start, for what does not need a process to kill."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from unittest import mock

from countersign.flow.ports import Clock
from countersign.process import run_bot
from countersign.settings import read_settings


@contextmanager
def environment_of(environment: Mapping[str, str]) -> Iterator[None]:
    """This environment and no other, which graphs read for themselves."""
    with mock.patch.dict(os.environ, dict(environment), clear=True):
        yield


@asynccontextmanager
async def bot_in_process(
    environment: Mapping[str, str], *, listen: bool = True, work: bool = True, clock: Clock | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """A bot that is stopped in order with the block. Graphs find `environment` in theirs."""
    stop = asyncio.Event()
    with environment_of(environment):
        running = asyncio.create_task(run_bot(read_settings(), stop, listen=listen, work=work, clock=clock))
        try:
            yield running
        finally:
            stop.set()
            await running
