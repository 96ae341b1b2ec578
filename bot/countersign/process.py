"""How a process that serves runs: on libuv's event loop, and without going through its code for garbage."""

import asyncio
import gc
import sys
from collections.abc import Coroutine

if sys.platform != "win32":
    import uvloop

_YOUNG = 10_000  # objects that come into being before the youngest are looked through; 700 are Python's own
# Looks at the younger ones before the older are looked through. With Python's ten the classes that pydantic
# makes at each interrupt heap up: twenty megabytes in a thousand approvals.
_OLDER = 3


def run(main: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=_new_event_loop) as runner:
        runner.run(main)


def _new_event_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":  # no libuv for Python there, and psycopg cannot wait on Windows' own loop
        return asyncio.SelectorEventLoop()
    return uvloop.new_event_loop()


def keep_what_is_loaded() -> None:
    """Take all objects that exist now out of the garbage collector's sight.

    They are some 200,000, modules and graphs, and stay until the end; looking through them again and again
    takes a twentieth of a busy process's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)
