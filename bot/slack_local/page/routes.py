"""The page's doors: its files, the WebSocket on which it lives, and the same acts for scripts."""

import json
from urllib.parse import quote

from aiohttp import web

from slack_local.page import handlers
from slack_local.page.arguments import BadRequestError, Given
from slack_local.page.auth import Session
from slack_local.page.connection import Viewer
from slack_local.page.context import Desk
from slack_local.page.static_files import LOCKED, Files, security_headers

MAX_FRAME = 4 << 20
FIRST_PERSON = "alice"


class Page:
    """Everything under `/` that is the page. Give it to the application before it starts."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.session = Session()
        self._files = Files(self.session)
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
        """The page's address, with the session's token."""
        return self.session.url(self.desk.slack.address)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A file that somebody shared, to keep: `url_private` is for the bot and wants its token."""
        headers = security_headers(request.host)
        if not self.session.is_open_to(request):
            return web.Response(status=403, text=LOCKED, headers=headers)
        file = self.desk.slack.world.files.get(request.match_info["file"])
        if file is None or file.content is None:
            return web.Response(status=404, text="that file is gone\n", headers=headers)
        named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
        return web.Response(
            body=file.content, content_type="application/octet-stream", headers={**headers, **named}
        )

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if not self.session.may_act(request):
            raise web.HTTPForbidden(text="open the address that was printed, with its token\n")
        person = self.desk.people.get(request.query.get("as", FIRST_PERSON))
        if person is None:
            raise web.HTTPNotFound(text="there is nobody of that name\n")
        socket = web.WebSocketResponse(heartbeat=20.0, max_msg_size=MAX_FRAME, compress=False)
        await socket.prepare(request)
        self._open.add(socket)
        try:
            await Viewer(self.desk, socket, person).stay()
        finally:
            self._open.discard(socket)
        return socket

    async def _do(self, request: web.Request) -> web.Response:
        """One act as JSON, `{"as": "bob", "do": "say", ...}`, as the page sends them over its WebSocket."""
        if not self.session.may_act(request):
            raise web.HTTPForbidden(text="a bearer token is needed: the one in the printed address\n")
        try:
            asked = json.loads(await request.text())
            person = self.desk.people[asked["as"]]
            viewer = Viewer(self.desk, web.WebSocketResponse(), person)
            answer = {"ok": True, **await handlers.act(viewer, Given(asked))}
        except (ValueError, TypeError, KeyError):
            return web.json_response(
                {"ok": False, "error": "that is no act: see docs/local-workspace.md"}, status=400
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
