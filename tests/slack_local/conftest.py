"""A workspace and real Slack clients for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.workspace import LocalWorkspace
from tests.support.proxies import no_proxies

__all__ = ["no_proxies"]


@pytest.fixture
async def ws() -> AsyncIterator[LocalWorkspace]:
    """A workspace reached over Socket Mode, with quick retries."""
    async with LocalWorkspace(retry_schedule=(0.0, 0.05, 0.1), ack_limit=1.0) as running:
        yield running


@pytest.fixture
def web_client(ws: LocalWorkspace) -> AsyncWebClient:
    return AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)


def bolt_app(ws: LocalWorkspace) -> AsyncApp:
    """A real bolt app whose every call goes to the workspace."""
    client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
    return AsyncApp(client=client, signing_secret=ws.signing_secret)


@asynccontextmanager
async def over_socket(app: AsyncApp, ws: LocalWorkspace) -> AsyncIterator[SocketModeClient]:
    """The app, connected over Socket Mode."""
    handler = AsyncSocketModeHandler(app, ws.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # slack-bolt
    await ws.connected()
    try:
        yield handler.client
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # slack-bolt


@asynccontextmanager
async def over_http(app: AsyncApp, ws: LocalWorkspace) -> AsyncIterator[str]:
    """The app, listening for signed HTTP."""
    runner = web.AppRunner(app.web_app(path="/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ws.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield ws.request_url
    finally:
        await runner.cleanup()


@pytest.fixture
def general(ws: LocalWorkspace) -> str:
    return ws.channel_id("general")
