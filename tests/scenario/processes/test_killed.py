"""The bot is killed (SIGKILL) in the worst moments; whatever it had acknowledged happens, once."""

from collections.abc import AsyncIterator

import pytest_asyncio

from countersign.testing.cards import ApprovalCard, approval_card
from tests.scenario.test_spine import posted_in
from tests.support.processes.bots import BotProcess
from tests.support.stage import Stage


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bot(empty_stage: Stage) -> AsyncIterator[BotProcess]:
    """The bot; a test that kills it starts it again."""
    async with empty_stage.bot() as bot:
        yield bot


async def _asked(stage: Stage, text: str) -> ApprovalCard:
    """A card whose approval has an effect: this text is posted to #general, under a key."""
    return await approval_card(await stage.ws.carol.mentions(f"side_effects: {text}"))


async def _done_once(stage: Stage, card: ApprovalCard, text: str) -> None:
    """The graph went on with the approval: one effect, one answer, one closed card."""
    thread = card.thread
    await thread.wait_for("Posted.", limit=30)
    await card.closes(limit=20)
    assert len(posted_in(stage, "general", text)) == 1
    assert [event for event, _ in stage.ledger(thread)] == ["opened", "decided", "resumed"]
    assert len(thread.from_bot()) == 2, thread.transcript()


async def test_killed_between_card_and_click(empty_stage: Stage, bot: BotProcess) -> None:
    card = await _asked(empty_stage, "The tap drips")
    await bot.kill()
    while_down = await card.approve(by=empty_stage.ws.bob)
    assert while_down.error is not None

    await bot.again()
    await empty_stage.ws.connected()
    assert card.is_open
    await card.approve(by=empty_stage.ws.bob)

    await _done_once(empty_stage, card, "The tap drips")


async def test_killed_right_after_the_click_was_acknowledged(empty_stage: Stage, bot: BotProcess) -> None:
    cards = {text: await _asked(empty_stage, text) for text in ("Leak one", "Leak two", "Leak three")}
    for card in cards.values():
        assert (await card.approve(by=empty_stage.ws.bob)).error is None
    await bot.kill()

    await bot.again()

    for text, card in cards.items():
        await _done_once(empty_stage, card, text)


async def test_killed_with_nothing_done_but_the_acknowledgements(empty_stage: Stage, bot: BotProcess) -> None:
    card = await _asked(empty_stage, "The roof leaks")
    assert await bot.stop() == 0
    async with empty_stage.bot("serve", "--no-worker", name="front") as front:
        await empty_stage.ws.connected()
        assert (await card.approve(by=empty_stage.ws.bob)).error is None
        thread = await empty_stage.ws.carol.mentions("ask: heard by nobody yet")
        await empty_stage.ws.delivery.idle()
        await front.kill()
    assert posted_in(empty_stage, "general", "The roof leaks") == []
    assert thread.from_bot() == []

    await bot.again()

    await thread.wait_for("Heard: heard by nobody yet", limit=20)
    await _done_once(empty_stage, card, "The roof leaks")
    assert len(empty_stage.noted(thread)) == 1
