"""An event loop in which nobody waits: its clock jumps to the next moment for which something is planned."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import ParamSpec

Given = ParamSpec("Given")


class NothingLeftToWaitFor(Exception):
    """Everything waits for something that nobody is going to do."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """For code that does no I/O and starts no threads: their answers would come too late."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        if not self._ready:  # type: ignore[attr-defined]  # not in typeshed, as what follows
            planned = [each.when() for each in self._scheduled if not each.cancelled()]  # type: ignore[attr-defined]
            if not planned:
                raise NothingLeftToWaitFor
            self._now = max(self._now, min(planned))
        super()._run_once()  # type: ignore[misc]


def in_virtual_time(test: Callable[Given, Coroutine[None, None, None]]) -> Callable[Given, None]:
    """A test that is run in virtual time."""

    @wraps(test)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


def elapsed() -> float:
    """Virtual seconds since the test began."""
    return asyncio.get_running_loop().time()
