"""Authentication of the page: the token in the printed address, from this origin only."""

import hmac
import secrets

from aiohttp import web

TOKEN_LENGTH = 24  # bytes


class PageAuth:
    """One run of the workspace, with the token that opens it.

    The first visit carries the token in its query and gets a cookie, so that the token does not stay in the
    address bar. The cookie counts only together with an `Origin` of this very server: browsers also send it
    with requests that a page on another port of this machine makes.
    """

    def __init__(self) -> None:
        self._token = secrets.token_urlsafe(TOKEN_LENGTH)

    def url(self, address: str) -> str:
        """The address to print."""
        return f"{address}/?token={self._token}"

    def opens_with(self, token: str | None) -> bool:
        """Whether this is the session's token."""
        return token is not None and hmac.compare_digest(token.encode(), self._token.encode())

    def is_open_to(self, request: web.Request) -> bool:
        """Whether this request carries the cookie that the first visit got."""
        return self.opens_with(request.cookies.get(_cookie(request)))

    def may_request(self, request: web.Request) -> bool:
        """Whether this request may act or watch: it has a bearer token, or the cookie and our origin."""
        kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.opens_with(bearer.strip())
        from_here = request.headers.get("Origin") == f"{request.scheme}://{request.host}"
        return from_here and self.is_open_to(request)

    def set_cookie(self, request: web.Request, answer: web.StreamResponse) -> None:
        """Give the visitor the cookie."""
        # A cookie belongs to a host, whatever the port: the name keeps two workspaces on one machine apart.
        answer.set_cookie(_cookie(request), self._token, httponly=True, samesite="Strict", path="/")


def _cookie(request: web.Request) -> str:
    return f"workspace-{request.host.rpartition(':')[2]}"
