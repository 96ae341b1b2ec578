"""GET /slack/install and /slack/oauth_redirect."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError

from countersign.flow.errors import DatabaseUnavailable
from countersign.i18n import matching_language, reader_language
from countersign.slack.app_manifest.manifest import REDIRECT_PATH
from countersign.slack.oauth import pages
from countersign.slack.oauth.install_flow import INSTALL_PATH, InstallFlow
from countersign.slack.oauth.rate_limit import RateLimit

_HEADER_LIMIT = 1000  # characters of Accept-Language that are read
_BOLT_HEADER_PREFIX = "x-slack-bolt-"
_HEADERS = {
    # The URL has the code and the state, so it must not reach caches or other pages.
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def install_routes(flow: InstallFlow) -> Mapping[str, Handler]:
    limit = RateLimit()
    return {
        INSTALL_PATH: _handler(flow.handle_installation, limit),
        REDIRECT_PATH: _handler(flow.handle_callback, limit),
    }


def _handler(handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]], limit: RateLimit) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        if not limit.allows():
            log.warning("installation_rate_limited")
            return web.Response(status=429, headers={**_HEADERS, "Retry-After": "10"})
        headers = {
            name.lower(): request.headers.getall(name)
            for name in set(request.headers)
            if not name.lower().startswith(_BOLT_HEADER_PREFIX)
        }
        with reader_language(browser_language(request.headers.get("Accept-Language", ""))):
            try:
                bolt = AsyncBoltRequest(body="", query=request.query_string, headers=dict(headers))
                response = await to_aiohttp_response(await handle(bolt))
            except (DatabaseUnavailable, SlackClientError, OSError, TimeoutError) as error:
                log.warning("installation_failed", reason=type(error).__name__)
                page = pages.failed_page("")
                response = web.Response(status=503, text=page, content_type="text/html")
        response.headers.update(_HEADERS)
        return response

    return answer


def browser_language(accepted: str) -> str | None:
    """The first language of an Accept-Language header that there is a catalogue for.

    Browsers list them in their order, so the weights say nothing more.
    """
    named = (each.partition(";")[0].strip() for each in accepted[:_HEADER_LIMIT].split(","))
    return next(filter(None, map(matching_language, named)), None)
