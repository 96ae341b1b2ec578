"""How Slack reaches the bot: several sockets under watch, and signed HTTP."""

import hashlib
import hmac
import json
import time

import aiohttp
import pytest

from countersign.slack.transport.inbound.bolt_app import build_bolt_app
from countersign.slack.transport.outbound.scopes import scope_warning
from countersign.slack.transport.outbound.web_api import Workspace
from slack_local.workspace import LocalWorkspace
from tests.slack.conftest import Bot, slack_side


async def arrives(bot: Bot, text: str) -> None:
    """A message comes through, whichever way."""
    thread = await bot.ws.carol.dms(text)
    await bot.until_it_has_a_job(thread)


async def test_a_lost_connection_leaves_the_other_and_comes_back(bot: Bot) -> None:
    bot.ws.socket.cut(1)
    await arrives(bot, "still there?")
    await bot.ws.connected(2)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_connections_that_slack_ends_are_made_anew(bot: Bot, reason: str) -> None:
    await bot.ws.socket.disconnect(reason)
    await bot.ws.connected(2)
    await arrives(bot, "hello again")


async def test_a_dead_address_is_given_up(bot: Bot) -> None:
    """slack-sdk tries the address that it has for ever; a new one has to be asked for."""
    bot.ws.socket.dead_urls = 2
    await bot.ws.socket.disconnect("warning")
    await bot.ws.connected(2)
    await arrives(bot, "hello again")


async def test_the_whole_way_over_http(http_bot: Bot) -> None:
    assert await http_bot.ws.verify_request_url()
    card = await http_bot.asks({"type": "tool_approval", "name": "transfer", "args": {"amount": 1}})
    await card.approve(by=http_bot.ws.bob)
    await card.closes()
    assert "Starting" in (await http_bot.ws.bob.runs("/agent hello")).text


async def post(bot: Bot, *, secret: str, extra: dict[str, str] | None = None) -> int:
    event = {
        "type": "event_callback",
        "event_id": "Ev1",
        "team_id": bot.context.workspace.team,
        "event": {
            "type": "message",
            "channel_type": "im",
            "channel": "D1",
            "user": "U0BOB00001",
            "text": "hi",
            "ts": "1.000001",
        },
    }
    body, at = json.dumps(event), str(int(time.time()))
    signature = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-slack-request-timestamp": at,
        "x-slack-signature": f"v0={signature}",
        **(extra or {}),
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(bot.ws.request_url, data=body, headers=headers) as answer,
    ):
        return answer.status


async def test_bolts_own_headers_steer_nothing_from_outside(http_bot: Bot) -> None:
    steering = {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "on_message"}
    assert await post(http_bot, secret=http_bot.ws.signing_secret, extra=steering) == 200
    assert len(await http_bot.jobs()) == 1


async def test_an_event_over_http_that_could_not_be_stored_is_not_acknowledged(
    http_bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> bool:
        raise OSError("the database is away")

    monkeypatch.setattr(http_bot.store, "accept", fail)
    assert await post(http_bot, secret=http_bot.ws.signing_secret) == 500


async def test_bolts_own_environment_changes_nothing(
    ws: LocalWorkspace, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN"):
        monkeypatch.setenv(name, "from-the-environment")
    async with slack_side(ws, database_url) as side:
        app = build_bolt_app(side.context, signing_secret=None)
        assert app.oauth_flow is None


def test_missing_scopes_are_named_with_what_they_are_for() -> None:
    workspace = Workspace(
        team="T1",
        url="https://x.slack.com/",
        bot_user="U1",
        bot_id="B1",
        scopes=frozenset({"chat:write", "commands", "users:read"}),
    )
    warning = scope_warning(workspace)
    assert warning is not None
    assert "app_mentions:read (to receive mentions)" in warning
    assert "chat:write" not in warning
