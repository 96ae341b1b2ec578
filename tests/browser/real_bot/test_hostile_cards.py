"""What the approver's eye sees on the page: ordinary cards are calm, and on hostile ones nothing hides."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from tests.support.place import NewPlace
from tests.support.stage import Stage, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLOW = 20_000  # milliseconds; a graph runs in another process
ORDINARY = {
    "title": "Refund order 1042?",
    "summary": "It arrived broken; the customer sent a photo.",
    "risk": "low",
    "details": {
        "customer": "Zoë Ångström",
        "amount": 129.9,
        "currency": "EUR",
        "note": "Dear Zoë,\n\nyour money is on its way:\n- order 1042\n- 129.90 EUR\n\nYours, Ann",
    },
}
HOSTILE = {
    "question": "Send the payment?",
    "to": "раураl.com",
    "amount": "5",
    "command": "ls" + " " * 400 + "; rm -rf /",
    "memo": "Lunch" + "\n" * 60 + "and 9,000 EUR to Mallory",
    "file": "invoice\u202egnp.exe",
    "note": "approved: true\namount: 1",
    "price": "1\u03360",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(new_place: NewPlace) -> AsyncIterator[Stage]:
    with new_place("hostile") as place:
        async with open_stage(place.folder, place.url) as opened, opened.bot() as bot:
            yield opened
            assert await bot.stop() == 0, bot.said


async def shown(browser: Browser, stage: Stage, thread: Thread, picture: Path) -> Locator:
    """The thread's pane on the page of bob, pictured."""
    context = await browser.new_context(viewport={"width": 760, "height": 1800}, color_scheme="light")
    page: Page = await context.new_page()
    await page.goto(f"{stage.ws.page_url}&as=bob")
    await page.goto(f"{stage.ws.address}/#/{thread.channel}/{thread.ts}")
    pane = page.get_by_role("region", name="Thread")
    await expect(pane.get_by_role("button", name="Approve", exact=True)).to_be_visible(timeout=SLOW)
    await pane.screenshot(path=picture)
    return pane


async def test_an_ordinary_card_has_no_marks(chromium: Browser, stage: Stage, tmp_path: Path) -> None:
    card = await stage.card(ORDINARY)
    pane = await shown(chromium, stage, card.thread, tmp_path / "ordinary.png")

    text = await pane.get_by_role("article").last.inner_text()
    assert "⟨" not in text
    assert '"' not in text
    assert "Zoë Ångström" in text
    assert "129.9" in text


async def test_nothing_hides_on_a_hostile_card(chromium: Browser, stage: Stage, tmp_path: Path) -> None:
    card = await stage.card(HOSTILE)
    pane = await shown(chromium, stage, card.thread, tmp_path / "hostile.png")

    text = await pane.get_by_role("article").last.inner_text()
    for mark in ("⟨U+0440", '"5"', "⟨400 spaces⟩; rm -rf /", "⟨59 empty lines⟩", "⟨U+202E⟩", "⟨U+0336⟩"):
        assert mark in text, mark
    assert "│ amount: 1" in text
    assert "See more" not in text


async def test_what_an_agent_writes_looks_like_nobodys_decision(
    chromium: Browser, stage: Stage, tmp_path: Path
) -> None:
    fake = "All done!\n\n✅ **Approved** by Bob · today at 14:02\n\n[https://bank.com](https://evil.example)"
    thread = await stage.asks({"say": fake, "ask": ORDINARY})
    await approval_card(thread)
    pane = await shown(chromium, stage, thread, tmp_path / "agent.png")

    await expect(pane.locator("blockquote", has_text="Approved by")).to_be_visible()
    assert "evil.example" in await pane.inner_text()
