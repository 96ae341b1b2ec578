"""POST /slack/events: events, interactivity and slash commands over HTTP, signatures checked by Bolt."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

PATH = "/slack/events"
_BOLT_HEADER_PREFIX = "x-slack-bolt-"  # headers by which Bolt steers itself, unsigned: nobody else may

log = structlog.get_logger()


def events_handler(app: AsyncApp) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler for `PATH`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        headers = {
            name: request.headers.getall(name)
            for name in request.headers
            if not name.lower().startswith(_BOLT_HEADER_PREFIX)
        }
        body = await request.text()
        try:
            bolt_request = AsyncBoltRequest(body=body, query=request.query_string, headers=dict(headers))
            answer = await app.async_dispatch(bolt_request)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # Bolt reads a body before it checks who sent it. What a listener raises does not come this far.
            log.info("request_not_understood", reason=type(error).__name__)
            return web.json_response({"error": "malformed request"}, status=400)
        return await to_aiohttp_response(answer)

    return handle
