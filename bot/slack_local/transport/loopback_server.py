"""A web server that only this machine can reach, and only at its own address."""

from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_MAX_BODY = 80 << 20  # bytes: an upload with room to spare


class LoopbackServer:
    """Port 0 takes a free one at the first start, which a restart takes again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def start(self, add_routes: Callable[[web.Application], None]) -> None:
        """Listen on 127.0.0.1. Raises OSError when the port is taken."""
        application = web.Application(client_max_size=_MAX_BODY, middlewares=[self._refuse_foreign_requests])
        add_routes(application)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024)
        await site.start()
        host, self._port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{self._port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _refuse_foreign_requests(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what a web page elsewhere made this machine send (DNS rebinding, foreign origins)."""
        allowed = {f"{name}:{self._port}" for name in _LOOPBACK}
        origin = request.headers.get("Origin")
        if request.host not in allowed or (origin and origin.partition("://")[2] not in allowed):
            raise web.HTTPForbidden(text="this workspace is for this machine only")
        return await handler(request)
