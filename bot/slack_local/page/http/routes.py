"""The page's routes: its files, its WebSocket, and the same requests over HTTP for other programs."""

import json
from urllib.parse import quote

from aiohttp import web

from slack_local.page import handlers
from slack_local.page.connection import PageConnection
from slack_local.page.context import PageContext
from slack_local.page.http.auth import PageAuth
from slack_local.page.http.pictures import picture_type
from slack_local.page.http.static_files import LOCKED, StaticFiles, security_headers
from slack_local.page.request import BadRequestError, PageRequest

MAX_FRAME = 4 << 20
FIRST_PERSON = "alice"


class Page:
    """Everything under `/` that is the page. Give it to the application before it starts."""

    def __init__(self, context: PageContext) -> None:
        self.context = context
        self.auth = PageAuth()
        self._files = StaticFiles(self.auth)
        self._open: set[web.WebSocketResponse] = set()

    def add_to(self, application: web.Application) -> None:
        """Register the routes, and close the WebSockets when the application stops."""
        router = application.router
        router.add_get("/", self._files.index)
        router.add_get("/assets/{name}", self._files.asset)
        router.add_get("/page/file/{file}", self._file)
        router.add_get("/page/live", self._live)
        router.add_post("/page/do", self._do)
        application.on_shutdown.append(self._close)

    @property
    def url(self) -> str:
        """The page's address, with its token."""
        return self.auth.url(self.context.slack.address)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A file that somebody shared, to keep: `url_private` is for the bot and wants its token.

        With `?show`, a picture is shown and not kept; anything else is kept all the same.
        """
        headers = security_headers(request.host)
        if not self.auth.is_open_to(request):
            return web.Response(status=403, text=LOCKED, headers=headers)
        file = self.context.slack.state.files.get(request.match_info["file"])
        if file is None or file.content is None:
            return web.Response(status=404, text="that file is gone\n", headers=headers)
        picture = picture_type(file.content) if "show" in request.query else None
        if picture is not None:
            return web.Response(body=file.content, content_type=picture, headers=headers)
        named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
        return web.Response(
            body=file.content, content_type="application/octet-stream", headers={**headers, **named}
        )

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if not self.auth.may_request(request):
            raise web.HTTPForbidden(text="open the address that was printed, with its token\n")
        person = self.context.people.get(request.query.get("as", FIRST_PERSON))
        if person is None:
            raise web.HTTPNotFound(text="there is nobody of that name\n")
        socket = web.WebSocketResponse(heartbeat=20.0, max_msg_size=MAX_FRAME, compress=False)
        await socket.prepare(request)
        self._open.add(socket)
        try:
            await PageConnection(self.context, socket, person).serve()
        finally:
            self._open.discard(socket)
        return socket

    async def _do(self, request: web.Request) -> web.Response:
        """One request as JSON, `{"as": "bob", "do": "say", ...}`, as the page sends over its WebSocket."""
        if not self.auth.may_request(request):
            raise web.HTTPForbidden(text="a bearer token is needed: the one in the printed address\n")
        try:
            asked = json.loads(await request.text())
            person = self.context.people[asked["as"]]
            connection = PageConnection(self.context, web.WebSocketResponse(), person)
            answer = {"ok": True, **await handlers.handle(connection, PageRequest(asked))}
        except (ValueError, TypeError, KeyError):
            return web.json_response(
                {
                    "ok": False,
                    "error": "the request needs `as` (a person) and `do`: see the README of slack_local",
                },
                status=400,
            )
        except BadRequestError as refused:
            return web.json_response({"ok": False, "error": str(refused)}, status=400)
        return web.json_response(answer)

    async def _close(self, _: web.Application) -> None:
        await self.close_all()

    async def close_all(self) -> None:
        """Close every open page's connection; a page that is still there connects again by itself."""
        for socket in tuple(self._open):
            await socket.close(code=1001, message=b"the workspace stops")
