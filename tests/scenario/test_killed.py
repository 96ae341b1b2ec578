"""The bot is killed (SIGKILL) in the worst moments; whatever it had acknowledged happens, once."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.local.threads import Card
from tests.support.bots import BotProcess
from tests.support.stage import Stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bot(empty_stage: Stage) -> AsyncIterator[BotProcess]:
    """The bot; a test that kills it starts it again."""
    async with empty_stage.bot() as bot:
        yield bot


async def _resumed_once(stage: Stage, card: Card) -> None:
    """The graph went on with the approval, and nothing more comes of it."""
    await card.thread.wait_for("Resumed.", limit=30)
    await card.closes(limit=20)
    await stage.ws.carol.replies(card.thread, "last")
    await card.thread.wait_for("Heard: last")
    first, _ = stage.noted(card.thread)
    assert first["answers"] == [{"type": "approve"}]
    assert [event for event, _ in stage.ledger(card.thread)] == ["opened", "decided", "resumed"]
    said = [message.text for message in card.thread.from_bot()]
    assert len(said) == 3, said  # the card and two answers


async def test_killed_between_card_and_click(empty_stage: Stage, bot: BotProcess) -> None:
    card = await empty_stage.card(RISKY)
    await bot.kill()
    while_down = await card.approve(by=empty_stage.ws.bob)
    assert while_down.error is not None

    await bot.again()
    await empty_stage.ws.connected()
    assert card.is_open
    await card.approve(by=empty_stage.ws.bob)

    await _resumed_once(empty_stage, card)


async def test_killed_right_after_the_click_was_acknowledged(empty_stage: Stage, bot: BotProcess) -> None:
    cards = [await empty_stage.card(RISKY) for _ in range(3)]
    for card in cards:
        assert (await card.approve(by=empty_stage.ws.bob)).error is None
    await bot.kill()

    await bot.again()

    for card in cards:
        await _resumed_once(empty_stage, card)


async def test_killed_with_nothing_done_but_the_acknowledgements(empty_stage: Stage, bot: BotProcess) -> None:
    card = await empty_stage.card(RISKY)
    assert await bot.stop() == 0
    async with empty_stage.bot("serve", "--no-worker", name="front") as front:
        await empty_stage.ws.connected()
        assert (await card.approve(by=empty_stage.ws.bob)).error is None
        thread = await empty_stage.ws.carol.mentions("ask: heard by nobody yet")
        await empty_stage.ws.delivery.idle()
        await front.kill()
    assert empty_stage.noted(card.thread) == []
    assert thread.from_bot() == []

    await bot.again()

    await thread.wait_for("Heard: heard by nobody yet", limit=20)
    await _resumed_once(empty_stage, card)
    assert len(empty_stage.noted(thread)) == 1
