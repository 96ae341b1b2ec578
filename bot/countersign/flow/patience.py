"""Waiting for a Slack that is busy or away, where somebody needs the answer and not only the attempt."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from countersign.flow.ports import RateLimited, SlackUnreachable

Result = TypeVar("Result")

_PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds
_LONGEST = 30.0  # seconds: a longer wait than this is left to the caller


async def patiently(call: Callable[[], Awaitable[Result]], *, unreachable: bool) -> Result:
    """Call again after a 429, and with `unreachable` after no answer too: only for what changes nothing.

    Raises what the last attempt raised.
    """
    for pause in _PAUSES:
        try:
            return await call()
        except RateLimited as error:
            if error.seconds > _LONGEST:
                raise
            await asyncio.sleep(max(error.seconds, pause))
        except SlackUnreachable:
            if not unreachable:
                raise
            await asyncio.sleep(pause)
    return await call()
