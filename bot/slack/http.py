"""POST /slack/events: events, interactivity and slash commands over HTTP, signatures checked by Bolt."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

PATH = "/slack/events"
_BOLTS_OWN = "x-slack-bolt-"  # headers by which Bolt steers itself, unsigned: nobody else may


def events_handler(app: AsyncApp) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler for `PATH`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        headers = {
            name: request.headers.getall(name)
            for name in request.headers
            if not name.lower().startswith(_BOLTS_OWN)
        }
        bolt_request = AsyncBoltRequest(
            body=await request.text(), query=request.query_string, headers=dict(headers)
        )
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    return handle
