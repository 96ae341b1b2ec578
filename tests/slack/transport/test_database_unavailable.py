"""Nothing is acknowledged as done while the database is unavailable: the person sees an error and retries."""

import pytest

from countersign.approvals.json import Json
from countersign.flow.messages.outgoing import OutgoingKind
from tests.slack.conftest import Bot
from tests.slack.decisions.test_decisions import TOOL


async def without_database(bot: Bot) -> None:
    await bot.store._pool.close()


async def test_a_click_on_a_card(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    await without_database(bot)
    clicked = await card.approve(by=bot.ws.bob)
    assert clicked.error is not None
    assert card.is_open


async def test_a_click_on_try_again(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("please")
    body: Json = {"text": "It broke.", "error_id": "abc123", "ask_again": True}
    await bot.posts(thread, OutgoingKind.FAILURE, body)
    failed = await thread.card()
    await without_database(bot)
    assert (await failed.click("run:retry", by=bot.ws.bob)).error is not None


async def test_a_form_keeps_what_was_typed(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    view = await card.form("approval:reject", bot.ws.bob)
    await without_database(bot)
    sent = await bot.ws.bob.submits(view, {"/message": "Too much"})
    assert sent.outcome == "errors"
    assert "Error ID" in str(sent.errors)


@pytest.mark.parametrize("command", ["/approvals", "/agent hello"])
async def test_a_command(bot: Bot, command: str) -> None:
    await without_database(bot)
    answered = await bot.ws.carol.runs(command)
    assert "Something went wrong" in answered.text or answered.error is not None
