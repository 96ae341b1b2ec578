"""The admin server of a process: its port, its metrics, and its answers while Slack is unreachable."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from countersign.http.metrics_page import MetricsPage
from countersign.http.server import HealthCheck, build_http_app, open_http_server
from countersign.settings import Settings
from countersign.slack.transport.outbound.web_api import WebApi
from countersign.slack_startup import StartupError
from countersign.status_file import write_address
from countersign.store.diagnostics import Diagnostics


@asynccontextmanager
async def open_startup_server(
    settings: Settings, api: WebApi, diagnostics: Diagnostics, metrics: MetricsPage, *, listen: bool
) -> AsyncIterator[None]:
    """The admin server while the bot waits for Slack: alive, not ready, and /readyz says why."""
    if not listen and settings.worker_port is None:
        yield
        return
    checks: dict[str, HealthCheck] = {"database": diagnostics.check_health, "slack": api.check}
    app = build_http_app(checks, metrics, None)
    async with open_admin_server(settings, app, listen=listen):
        yield


@asynccontextmanager
async def open_admin_server(settings: Settings, app: web.Application, *, listen: bool) -> AsyncIterator[None]:
    """Serve `app` on HOST and PORT, or on WORKER_PORT when this process does not listen to Slack.

    Raises StartupError when the port is taken.
    """
    setting, port = ("PORT", settings.port) if listen else ("WORKER_PORT", settings.worker_port or 0)
    async with AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(open_http_server(app, settings.host, port))
        except OSError as error:
            raise StartupError(
                f"HOST and {setting}: {settings.host}:{port} cannot be listened on ({error.strerror}). "
                f"Set {setting} to one that is free."
            ) from error
        if settings.status_file is not None:
            write_address(settings.status_file, address)
        yield
