"""The Home tab and the shortcuts with the real bot behind the page, and pictures of them to look at."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from countersign.testing.cards import approval_card
from tests.browser.conftest import Visit
from tests.support.stage import Stage

FOLDER = os.environ.get("CARD_PICTURES")
SLOW = 20_000  # milliseconds; a graph runs in another process


async def opens_home(page: Page, stage: Stage) -> None:
    await page.goto(f"{stage.ws.address}/#/home")
    await expect(page.get_by_role("heading", name="Quiet hours")).to_be_visible(timeout=SLOW)


async def asks(stage: Stage, name: str, **args: object) -> None:
    thread = await stage.asks({"ask": {"type": "tool_approval", "name": name, "args": args}})
    await approval_card(thread, limit=20)


async def test_a_decision_on_the_home_tab_is_one_with_the_card(either: Stage, visit: Visit) -> None:
    page = await visit(either.ws, "bob")
    await opens_home(page, either)
    await asks(either, "paint_the_bike_shed", colour="blue")
    entry = page.get_by_text("Paint the bike shed")
    await expect(entry.first).to_be_visible(timeout=SLOW)
    await page.get_by_role("button", name="Approve", exact=True).last.click()
    await expect(page.get_by_text("Approved").first).to_be_visible(timeout=SLOW)


async def test_the_title_of_an_entry_leads_to_its_thread(stage: Stage, visit: Visit) -> None:
    page = await visit(stage.ws, "bob")
    await opens_home(page, stage)
    await asks(stage, "feed_the_cat", dish="tuna")
    await page.get_by_role("link", name="Feed the cat").first.click(timeout=SLOW)
    thread = page.get_by_role("region", name="Thread")
    await expect(thread.get_by_text("tuna").first).to_be_visible(timeout=SLOW)
    await expect(page.get_by_role("button", name="You are Bob Berger")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390], ids=["desktop", "phone"])
async def test_nothing_of_the_home_tab_is_cut_off(
    stage: Stage, visit: Visit, tmp_path: Path, width: int, dark: bool
) -> None:
    if not stage.rows("SELECT 1 FROM countersign.approvals WHERE status = 'pending' LIMIT 1"):
        await asks(stage, "refund", customer="Dana Diaz", amount=129.9, currency="EUR", urgent=True)
        await asks(stage, "post_message", channel="#ops", text="Deploy at noon. " * 12)
        await asks(stage, "wipe_disk", disk="sda", risk="all of it")
    page = await visit(stage.ws, "bob", width=width, dark=dark)
    await opens_home(page, stage)
    pane = page.get_by_role("region", name="Home")
    cut = await pane.evaluate(
        "pane => [...pane.querySelectorAll('button, p, h2, h3')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.textContent)"
    )
    assert cut == []
    folder = Path(FOLDER) if FOLDER else tmp_path
    await pane.screenshot(path=folder / f"home-{width}-{'dark' if dark else 'light'}.png")
