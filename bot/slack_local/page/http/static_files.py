"""Serving the built page, with headers that keep it from loading or telling anything elsewhere."""

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from slack_local.page.http.auth import PageAuth

BUILT = Path(__file__).parents[2] / "web" / "dist"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
LOCKED = (
    "Open the address that was printed at the start: it has the token that this page needs.\n"
    "The token changes with every start.\n"
)
NOT_BUILT = "The page is not built: run `npm ci && npm run build` in bot/slack_local/web.\n"


def security_headers(host: str) -> Mapping[str, str]:
    """Nothing from outside, nothing inline, no framing. `host` is `name:port`, for the WebSocket."""
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        # Safari does not count a WebSocket to the same host as 'self'.
        f"connect-src 'self' ws://{host}",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }


class StaticFiles:
    """The built files, as they are in `folder`."""

    def __init__(self, auth: PageAuth, folder: Path = BUILT) -> None:
        self._auth = auth
        self._folder = folder

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The page itself, for those who have the token or its cookie."""
        headers = security_headers(request.host)
        if self._auth.opens_with(request.query.get("token")):
            rest = {name: value for name, value in request.query.items() if name != "token"}
            answer = web.Response(
                status=303, headers={**headers, "Location": str(request.rel_url.with_query(rest))}
            )
            self._auth.set_cookie(request, answer)
            return answer
        if not self._auth.is_open_to(request):
            return web.Response(status=403, text=LOCKED, headers=headers)
        return self._send("index.html", headers)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """A script, a style or a picture of the page; nothing in them is secret."""
        return self._send(f"assets/{request.match_info['name']}", security_headers(request.host))

    def _send(self, name: str, headers: Mapping[str, str]) -> web.StreamResponse:
        path = self._folder / name
        if path.suffix not in TYPES or not path.is_file():
            missing = NOT_BUILT if name == "index.html" else "no such file\n"
            return web.Response(status=404, text=missing, headers=headers)
        return web.FileResponse(
            path, headers={**headers, "Content-Type": f"{TYPES[path.suffix]}; charset=utf-8"}
        )
