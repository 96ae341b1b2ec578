"""The local workspace as one thing to start and stop: its web server, its parts, its people."""

import asyncio
import contextlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

from slack_local.administration import WorkspaceAdministration
from slack_local.fault_injection import Faults
from slack_local.model.persistence import StateSaver, load
from slack_local.model.seed import TEAM, App
from slack_local.model.slack import Slack
from slack_local.model.wire_log import WireLog
from slack_local.page.app_info import AppInfo
from slack_local.page.context import PageContext
from slack_local.page.http.routes import Page
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from slack_local.transport.delivery import ACK_LIMIT, RETRY_SCHEDULE, Delivery
from slack_local.transport.http import HttpDelivery
from slack_local.transport.loopback_server import LoopbackServer
from slack_local.transport.socket_mode import SocketMode
from slack_local.web_api.endpoint import WebApiEndpoint
from slack_local.web_api.methods import files
from slack_local.web_api.methods.chat.scheduled import post_when_due
from slack_local.web_api.methods.registry import METHODS
from slack_local.web_api.response_urls import ResponseUrls


class LocalWorkspace(WorkspaceAdministration):
    """A Slack on loopback: `async with LocalWorkspace() as ws:` and give the bot `ws.environment()`.

    `mode` is how the bot is reached: `socket`, or `http` with the bot's `request_url` (which may also be set
    later, as `ws.request_url = ...`, once the bot listens). `retry_schedule` is in seconds and `ack_limit`
    too; both are Slack's unless a test shortens them. `state` is a file that keeps it over restarts.
    `team` is the workspace's id, `app` the installed app, `app_info` what the page offers beside it. With
    `full_names`, people's display names are their full names instead of their handles.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        mode: Literal["socket", "http"] = "socket",
        request_url: str = "",
        app: App | None = None,
        app_info: AppInfo | None = None,
        retry_schedule: Iterable[float] = RETRY_SCHEDULE,
        ack_limit: float = ACK_LIMIT,
        state: Path | None = None,
        bot_token: str | None = None,
        app_token: str | None = None,
        signing_secret: str | None = None,
        team: str = TEAM,
        full_names: bool = False,
    ) -> None:
        self.slack = Slack(app=app or App(), team=team)
        if bot_token:
            self.slack.bot_token = bot_token
        if app_token:
            self.slack.app_token = app_token
        if signing_secret:
            self.slack.signing_secret = signing_secret
        self.slack.seed()
        if full_names:
            self.slack.state.show_full_names()
        self.mode = mode
        self.socket = SocketMode(self.slack)
        self._http = HttpDelivery(self.slack, request_url)
        transport = self._http if mode == "http" else self.socket
        self.delivery = Delivery(self.slack, transport, retry_schedule=retry_schedule, ack_limit=ack_limit)
        self._server = LoopbackServer(port)
        self._state = state
        self._scheduled_task: asyncio.Task[None] | None = None
        self._saver: StateSaver | None = None
        self._saving_task: asyncio.Task[None] | None = None
        self.people = {
            user.name: Person(self.slack, self.delivery, user)
            for user in self.slack.state.users.values()
            if not user.is_bot
        }
        sockets = self.socket if mode == "socket" else None
        self.endpoint = WebApiEndpoint(self.slack, self.delivery, sockets, METHODS)
        self.response_urls = ResponseUrls(self.slack, self.delivery)
        self.page = Page(PageContext(self.slack, self.delivery, sockets, self.people, app_info or AppInfo()))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on 127.0.0.1. Raises OSError when the port is taken."""
        if self._state is not None:
            load(self.slack, self._state)
            self._saver = StateSaver(self.slack, self._state)
            self._saving_task = asyncio.create_task(self._saver.keep())
        await self._server.start(self._add_routes)
        self.slack.address = self._server.address
        self._scheduled_task = asyncio.create_task(post_when_due(self.slack, self.delivery))

    def _add_routes(self, application: web.Application) -> None:
        response_urls = self.response_urls
        application.router.add_route("*", "/api/{method}", self.endpoint.serve)
        application.router.add_get("/link/", self.socket.serve)
        application.router.add_post("/hooks/actions/{team}/{secret}", response_urls.serve)
        application.router.add_post("/upload/v1/{ticket}", partial(files.receive_upload, self.slack))
        application.router.add_get("/files-pri/{file}/{rest:.*}", partial(files.send_content, self.slack))
        self.page.add_to(application)

    async def stop(self) -> None:
        """Close every connection and stop listening; the state is saved if it has a file."""
        for task in (self._scheduled_task, self._saving_task):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        await self.delivery.close()
        await self.socket.close()
        await self._http.close()
        await self._server.stop()
        if self._saver is not None:
            self._saver.close()

    @property
    def address(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return self.slack.address

    @property
    def page_url(self) -> str:
        """The page's address with the session's token in it, for a person to open."""
        return self.page.url

    @property
    def api_url(self) -> str:
        """What the bot takes as SLACK_API_URL."""
        return f"{self.address}/api/"

    @property
    def bot_token(self) -> str:
        return self.slack.bot_token

    @property
    def app_token(self) -> str:
        return self.slack.app_token

    @property
    def signing_secret(self) -> str:
        return self.slack.signing_secret

    @property
    def request_url(self) -> str:
        """Where signed HTTP deliveries go (mode `http`)."""
        return self._http.request_url

    @request_url.setter
    def request_url(self, url: str) -> None:
        self._http.request_url = url

    async def verify_request_url(self) -> bool:
        """Slack's `url_verification` handshake with `request_url`."""
        return await self._http.verify_url()

    @property
    def log(self) -> WireLog:
        return self.slack.log

    @property
    def faults(self) -> Faults:
        return self.slack.faults

    def environment(self) -> dict[str, str]:
        """The bot's settings for this workspace."""
        settings = {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
        }
        if self.mode == "socket":
            settings["SLACK_APP_TOKEN"] = self.app_token
        return settings

    @property
    def alice(self) -> Person:
        """A full member and admin."""
        return self.people["alice"]

    @property
    def bob(self) -> Person:
        """A full member."""
        return self.people["bob"]

    @property
    def carol(self) -> Person:
        """A full member: the requester."""
        return self.people["carol"]

    @property
    def gus(self) -> Person:
        """A guest (`is_restricted`)."""
        return self.people["gus"]

    @property
    def eve(self) -> Person:
        """Somebody of another team, in shared channels (`is_stranger`)."""
        return self.people["eve"]

    async def connected(self, connections: int = 1, *, limit: float = 60.0) -> None:
        """Wait until the bot holds at least this many sockets. Raises `WaitTimeoutError`."""
        await self.slack.changes.wait_for(
            "connections",
            lambda: self.socket.connections >= connections,
            limit=limit,
            what=f"{connections} Socket Mode connections",
        )

    async def bot_thread(self, channel: str, number: int = 0, *, limit: float = 10.0) -> Thread:
        """The thread under the bot's message `number` (the oldest is 0) in `#name`; waits for it.

        Raises `WaitTimeoutError`.
        """
        place = self.slack.state.channels[self.channel_id(channel)]

        def look() -> str | None:
            roots = [ts for ts in place.timeline if place.messages[ts].by_bot]
            return roots[number] if len(roots) > number else None

        what = f"thread {number} of the bot's in {channel}"
        root = await self.slack.changes.wait_for(("channel", place.id), look, limit=limit, what=what)
        return Thread(self.slack, place.id, root)
