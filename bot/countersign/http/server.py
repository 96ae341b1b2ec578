"""The bot's HTTP server: health, readiness and metrics in every mode, Slack's requests in HTTP mode."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

HealthCheck = Callable[[], Awaitable[None]]
"""Returns when what it is named after can be reached, raises when it cannot."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CHECK_TIMEOUT = 3.0  # seconds
_MAX_BODY = 4 * 1024 * 1024  # bytes
_LINGERING_TIME = 1.0  # seconds in which the rest of a refused body is discarded

log = structlog.get_logger()


def build_http_app(
    checks: Mapping[str, HealthCheck],
    metrics: Callable[[], Awaitable[bytes]],
    slack: Handler | None,
    get_routes: Mapping[str, Handler] | None = None,
) -> web.Application:
    """The routes of one process.

    `checks` decide /readyz, `metrics` renders /metrics in Prometheus' text format, `slack` takes
    POST /slack/events (None: no such route), `get_routes` adds handlers for GET by path.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_request: web.Request) -> web.Response:
        reasons = await asyncio.gather(*(_failure_reason(check) for check in checks.values()))
        unreachable = {name: reason for name, reason in zip(checks, reasons, strict=True) if reason}
        if unreachable:
            return web.json_response({"status": "not ready", "unreachable": unreachable}, status=503)
        return web.json_response({"status": "ready"})

    async def show_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await metrics(), headers={"Content-Type": "text/plain; version=0.0.4"})

    app = web.Application(client_max_size=_MAX_BODY)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)
    if slack is not None:
        app.router.add_post("/slack/events", slack)
    for path, handler in (get_routes or {}).items():
        app.router.add_get(path, handler)
    return app


async def _failure_reason(check: HealthCheck) -> str | None:
    """Why a check failed. Only the error's type: its text may hold an address or a password."""
    try:
        await asyncio.wait_for(check(), _CHECK_TIMEOUT)
    except TimeoutError:
        return "no answer in time"
    except Exception as error:  # noqa: BLE001 -- whatever it raises, it cannot be reached
        return type(error).__name__
    return None


@asynccontextmanager
async def open_http_server(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Listen, and yield the base URL. Raises OSError when the port is taken."""
    # Without auto_decompress, a few bytes cannot unpack to many, and a signature is of the bytes as sent.
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=5.0,
        auto_decompress=False,
        lingering_time=_LINGERING_TIME,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound_host, bound_port = runner.addresses[0][:2]
        address = f"http://{bound_host}:{bound_port}"
        log.info("listening", address=address)
        yield address
    finally:
        await runner.cleanup()
