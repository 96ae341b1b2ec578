"""The HTTP server: alive, ready or not and why, metrics, and Slack's requests only where they are meant."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from countersign.http import server as http_server
from countersign.http.server import Handler, HealthCheck, build_http_app, open_http_server


async def fine() -> None:
    return None


async def broken() -> None:
    raise ConnectionError("postgresql://u:secretive@h/d")


async def hangs() -> None:
    await asyncio.Event().wait()


async def metrics() -> bytes:
    return b"countersign_x 1\n"


async def ask(
    path: str, *, slack: Handler | None = None, method: str = "GET", **checks: HealthCheck
) -> tuple[int, str]:
    app = build_http_app(checks, metrics, slack)
    async with (
        open_http_server(app, "127.0.0.1", 0) as address,
        aiohttp.ClientSession() as session,
        session.request(method, address + path) as response,
    ):
        return response.status, await response.text()


async def test_alive_whatever_else_is_not() -> None:
    assert (await ask("/healthz", database=broken))[0] == 200


async def test_ready_when_all_can_be_reached() -> None:
    assert await ask("/readyz", database=fine, slack_api=fine) == (200, '{"status": "ready"}')


async def test_not_ready_names_what_cannot_be_reached_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "_CHECK_TIMEOUT", 0.05)
    status, text = await ask("/readyz", database=broken, slack_api=hangs, other=fine)
    assert status == 503
    assert '"database": "ConnectionError"' in text
    assert '"slack_api": "no answer in time"' in text
    assert "other" not in text
    assert "secretive" not in text


async def test_metrics() -> None:
    assert await ask("/metrics") == (200, "countersign_x 1\n")


async def test_slack_may_post_in_http_mode_alone() -> None:
    async def slack(_request: web.Request) -> web.Response:
        return web.Response(text="taken")

    assert await ask("/slack/events", method="POST", slack=slack) == (200, "taken")
    assert (await ask("/slack/events", method="POST"))[0] == 404
    assert (await ask("/slack/events", slack=slack))[0] == 405
