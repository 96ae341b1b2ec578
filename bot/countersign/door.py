"""The HTTP door: health, readiness and metrics in every mode, and Slack's requests in HTTP mode."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

Check = Callable[[], Awaitable[None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CHECK_SECONDS = 3.0

log = structlog.get_logger()


def build_door(
    checks: Mapping[str, Check],
    metrics: Callable[[], Awaitable[bytes]],
    slack: Handler | None,
    others: Mapping[str, Handler] | None = None,
) -> web.Application:
    """`checks` raise when what they are named after cannot be reached; `slack` takes POST /slack/events.

    `others` answer GET, by path.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_request: web.Request) -> web.Response:
        findings = await asyncio.gather(*(_finding(check) for check in checks.values()))
        missing = {name: text for name, text in zip(checks, findings, strict=True) if text}
        status = {"status": "not ready", "unreachable": missing} if missing else {"status": "ready"}
        return web.json_response(status, status=503 if missing else 200)

    async def show_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await metrics(), headers={"Content-Type": "text/plain; version=0.0.4"})

    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)
    if slack is not None:
        app.router.add_post("/slack/events", slack)
    for path, handler in (others or {}).items():
        app.router.add_get(path, handler)
    return app


async def _finding(check: Check) -> str | None:
    """What is wrong, in a few words: nothing that a stranger could use."""
    try:
        await asyncio.wait_for(check(), _CHECK_SECONDS)
    except TimeoutError:
        return "no answer in time"
    except Exception as error:  # noqa: BLE001 -- whatever it raises, it cannot be reached
        return type(error).__name__
    return None


@asynccontextmanager
async def open_door(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Listen, and give the address. Raises OSError when the port is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
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
