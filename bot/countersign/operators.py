"""The operators' door of this process: on which port, with which metrics, and while Slack is away."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from aiohttp import web

from countersign.door import Check, build_door, open_door
from countersign.flow.metrics import Metrics
from countersign.reaching_slack import StartError
from countersign.settings import Settings
from countersign.slack.web_api import WebApi
from countersign.store.housekeeping import Housekeeping


@asynccontextmanager
async def waiting_door(
    settings: Settings, api: WebApi, housekeeping: Housekeeping, metrics: Metrics, *, listen: bool
) -> AsyncIterator[None]:
    """The operators' door while Slack is away at the start: the process lives, and says what it lacks."""
    if not listen and settings.worker_port is None:
        yield
        return
    checks: dict[str, Check] = {"database": housekeeping.check, "slack": api.check}
    door = build_door(checks, partial(render_metrics, housekeeping, metrics), None)
    async with operators_door(settings, door, listen=listen):
        yield


@asynccontextmanager
async def operators_door(settings: Settings, door: web.Application, *, listen: bool) -> AsyncIterator[None]:
    setting, port = ("PORT", settings.port) if listen else ("WORKER_PORT", settings.worker_port or 0)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(open_door(door, settings.host, port))
        except OSError as error:
            raise StartError(
                f"HOST and {setting}: {settings.host}:{port} cannot be listened on ({error.strerror}). "
                f"Set {setting} to one that is free."
            ) from error
        yield


async def render_metrics(housekeeping: Housekeeping, metrics: Metrics) -> bytes:
    counts = await housekeeping.counts()
    metrics.pending.set(counts["pending"])
    metrics.unposted.set(counts["unposted"])
    return metrics.render()
