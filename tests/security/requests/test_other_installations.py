"""Payloads of another workspace or app, and payloads that no listener takes: refused, and not in the log."""

import copy
import logging
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.logs import configure_logging
from countersign.slack.transport.inbound.installation import is_addressed_to
from countersign.slack.transport.outbound.web_api import Workspace
from tests.security.requests.test_unsigned_requests import event, post_signed
from tests.slack.conftest import Bot
from tests.slack.stored_approval import stored

TOOL: Json = {"type": "tool_approval", "name": "transfer", "args": {"to": "bob", "amount": 12}}
OURS = Workspace(team="T1", url="https://x.slack.com/", bot_user="U1", bot_id="B1", scopes=None, app_id="A1")


@pytest.mark.parametrize("of", ["team", "app"])
async def test_a_click_of_another_installation_changes_nothing(either_bot: Bot, of: str) -> None:
    bot = either_bot
    assert bot.context.workspace.app_id == bot.ws.slack.app.id
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)
    good = bot.ws.bob.click_payload(card.message, "approval:approve")
    forged = copy.deepcopy(good)
    if of == "app":
        forged["api_app_id"] = "A0OTHER0001"
    else:
        for inner in (forged["team"], forged["message"]):
            inner["id" if inner is forged["team"] else "team"] = "T0OTHER0001"

    assert (await bot.ws.bob.clicks_raw(forged)).error is not None
    assert (await stored(bot, approval)).version == 1

    assert (await bot.ws.bob.clicks_raw(good)).error is None
    assert (await stored(bot, approval)).version == 2


async def test_an_event_of_another_workspace_is_refused(http_bot: Bot) -> None:
    body = event(http_bot).replace(http_bot.context.workspace.team.encode(), b"T0OTHER0001")
    assert await post_signed(http_bot, body) == 403
    assert await http_bot.jobs() == []


@pytest.mark.parametrize(
    ("body", "addressed"),
    [
        ({"team_id": "T1"}, True),
        ({"team_id": "T2"}, False),
        ({}, False),
        ({"team_id": "T2", "authorizations": [{"team_id": "T1"}]}, True),
        ({"team_id": "T2", "context_team_id": "T1"}, True),
        ({"team_id": "T2", "authorizations": [{"team_id": "T3"}, None, "T1"]}, False),
        ({"team": {"id": "T1"}, "user": {"team_id": "T2"}}, True),
        ({"team": None, "user": {"team_id": "T1"}}, False),
        ({"team": {"id": "T2"}, "message": {"team": "T1"}}, True),
        ({"team": {"id": "T2"}, "view": {"app_installed_team_id": "T1"}}, True),
        ({"team_id": "T1", "api_app_id": "A1"}, True),
        ({"team_id": "T1", "api_app_id": "A2"}, False),
        ({"team_id": "T1", "api_app_id": ["A1"]}, False),
        ({"team": "T1", "view": ["T1"], "message": "T1"}, False),
    ],
)
def test_which_payloads_are_ours(body: dict[str, Any], addressed: bool) -> None:
    assert is_addressed_to(OURS, body) is addressed


async def test_a_payload_that_nobody_takes_is_not_in_the_log(
    either_bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    bot = either_bot
    card = await bot.asks(TOOL)
    payload = bot.ws.bob.click_payload(card.message, "approval:approve")
    payload |= {"type": "message_action", "callback_id": "attackers-text"}
    with caplog.at_level(logging.INFO):
        await bot.ws.bob.clicks_raw(payload)
    assert "attackers-text" not in caplog.text


async def test_bolts_loggers_obey_our_levels(http_bot: Bot, capsys: pytest.CaptureFixture[str]) -> None:
    """Bolt sets the levels of its loggers itself, to that of the root."""
    configure_logging("text")
    await http_bot.ws.bob.runs("/agent graphs")
    bolts = {name for name in logging.root.manager.loggerDict if name.split(".")[0] == "slack_bolt"}
    assert len(bolts) > 5
    capsys.readouterr()
    for name in {*bolts, "slack_sdk.web", "procrastinate.worker"}:
        logging.getLogger(name).info("chatter of %s", name)
        logging.getLogger(name).warning("warning of %s", name)
    logging.getLogger("countersign.slack.client").info("ours")

    written = capsys.readouterr().err
    assert "chatter" not in written
    assert written.count("warning of") == len(bolts) + 2
    assert "ours" in written
