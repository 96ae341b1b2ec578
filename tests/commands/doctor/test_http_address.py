"""The address that Slack posts to: what `doctor` says of one that is not the bot's."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from aiohttp import web

from tests.commands.doctor.conftest import BotSetup
from tests.commands.doctor.serving import serving
from tests.support.processes.bots import bot_environment, bot_process

# HTTP


@pytest.fixture
def over_http(setup: BotSetup) -> BotSetup:
    setup.environment["SLACK_SIGNING_SECRET"] = setup.ws.signing_secret
    del setup.environment["SLACK_APP_TOKEN"]
    return setup


async def test_http_without_an_address_says_how_to_test_it(over_http: BotSetup) -> None:
    found = await over_http.examined(only="settings tokens socket http events")
    assert found.code == 0
    assert found.only("settings", "ok")["seen"].startswith("HTTP on 127.0.0.1:3000")
    assert "doctor --url" in found.only("http", "skip")["advice"]
    assert found.only("socket", "skip")["seen"] == "Slack calls the bot over HTTP here."


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "another SLACK_SIGNING_SECRET"),
        (404, "does not lead to the bot"),
        (502, "does not reach the bot"),
    ],
)
async def test_an_address_that_does_not_answer_slack_says_why(
    status: int, advice: str, over_http: BotSetup
) -> None:
    async with answering(status, "") as address:
        found = await over_http.examined("--url", address, only="http")
    assert found.code == 1
    assert f"/slack/events answered {status}" in found.only("http", "fail")["seen"]
    assert advice in found.only("http", "fail")["advice"]


async def test_an_address_that_takes_wrong_signatures_is_not_the_bot(over_http: BotSetup) -> None:
    async with answering(200, None) as address:
        found = await over_http.examined("--url", f"{address}/slack/events", only="http")
    assert "took a request with a wrong signature" in found.only("http", "fail")["seen"]


async def test_an_address_without_a_server_is_named(over_http: BotSetup) -> None:
    found = await over_http.examined("--url", "http://127.0.0.1:1", only="http")
    assert "http://127.0.0.1:1/slack/events could not be reached" in found.only("http", "fail")["seen"]


async def test_the_running_bot_answers_as_slack_wants(over_http: BotSetup, tmp_path: Path) -> None:
    environment = bot_environment(
        over_http.ws.environment(), over_http.environment["DATABASE_URL"], config=tmp_path / "langgraph.json"
    )
    environment.pop("SLACK_APP_TOKEN")
    async with bot_process("serve", environment=environment, folder=tmp_path) as bot:
        found = await over_http.examined("--url", bot.address, only="http")
    assert found.code == 0, found.text
    assert "answers Slack, and refuses a wrong signature" in found.only("http", "ok")["seen"]


def answering(status: int, body: str | None) -> AbstractAsyncContextManager[str]:
    """A server that gives every request this answer; without a body, the request's own."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status, text=await request.text() if body is None else body)

    app = web.Application()
    app.router.add_post("/slack/events", handler)
    return serving(app)
