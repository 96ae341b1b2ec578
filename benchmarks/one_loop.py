"""`python -m bot` as it would be with graphs on the main event loop, to compare with."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from countersign import app
from countersign.__main__ import main
from countersign.runs.event_loop.loop_bridge import LoopBridge


@asynccontextmanager
async def _the_main_loop(_factory: object) -> AsyncIterator[LoopBridge]:
    yield LoopBridge.here()


@asynccontextmanager
async def _unwatched(_bridge: LoopBridge) -> AsyncIterator[None]:
    yield


if __name__ == "__main__":
    vars(app).update(open_graph_loop=_the_main_loop, watched=_unwatched)
    sys.exit(main())
