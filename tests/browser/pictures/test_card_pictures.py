"""Pictures of every kind of card, desktop and phone, light and dark, and facts about their layout.

CARD_PICTURES names the folder that the pictures go to; without it pytest's own, which it forgets.
"""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from countersign.i18n import reader_language, workspace_language
from slack_local.workspace import LocalWorkspace
from tests.browser.conftest import TIMEOUT_MS
from tests.browser.pictures.card_gallery import Shown
from tests.browser.pictures.exceptional_cards import all_cards

pytestmark = pytest.mark.asyncio(loop_scope="session")

GALLERY = list(all_cards())
DESKTOP, PHONE = 780, 390  # CSS pixels of width
HEIGHT = 4000  # all of a thread is in view, so all of it is drawn
SCREEN = 540  # of a phone's height, what is left for messages between its bars
FOLDER = os.environ.get("CARD_PICTURES")
OVERFLOWING = """article => [...article.querySelectorAll("*")]
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  .map(each => each.outerHTML.slice(0, 200))"""


WRAPPED_ALONE = """article => [...article.querySelectorAll(".actions")].flatMap(block => {
  const buttons = [...block.querySelectorAll("button")];
  const wide = block.getBoundingClientRect().width * 0.6;  // such a button has a line of its own
  const tops = buttons.filter(each => each.getBoundingClientRect().width < wide)
    .map(each => Math.round(each.getBoundingClientRect().top));
  const alone = tops.filter(top => tops.filter(each => each === top).length === 1).length;
  return buttons.length > 1 && new Set(tops).size > 1 && alone ? [block.textContent] : [];
})"""


@dataclass(frozen=True)
class CardGallery:
    """A workspace with every card, each in a thread of its own."""

    ws: LocalWorkspace
    cards: Sequence[Shown]
    threads: dict[str, str]  # the ts by the card's name


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gallery() -> AsyncIterator[CardGallery]:
    async with _gallery(GALLERY) as hung:
        yield hung


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def korean_wall() -> AsyncIterator[CardGallery]:
    with workspace_language("ko"), reader_language("ko"):
        cards = list(all_cards())
    async with _gallery(cards, locale="ko-KR") as hung:
        yield hung


@asynccontextmanager
async def _gallery(cards: Sequence[Shown], locale: str = "en-US") -> AsyncIterator[CardGallery]:
    async with LocalWorkspace(retry_schedule=()) as ws:
        await ws.bob.sets_language(locale)
        client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url)
        threads = {}
        for shown in cards:
            thread = await ws.carol.says("general", f"@countersign {shown.name}")
            await client.chat_postMessage(
                channel=thread.channel,
                thread_ts=thread.ts,
                text=shown.message.text,
                blocks=shown.message.blocks,
            )
            threads[shown.name] = thread.ts
        yield CardGallery(ws, cards, threads)
        assert ws.log.violations() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_card_fits_its_screen(
    chromium: Browser, gallery: CardGallery, tmp_path: Path, width: int, dark: bool
) -> None:
    kind = f"{'phone' if width == PHONE else 'desktop'}-{'dark' if dark else 'light'}"
    await _takes_every_picture(chromium, gallery, tmp_path, width=width, dark=dark, kind=kind)


async def test_every_card_fits_a_phone_in_korean(
    chromium: Browser, korean_wall: CardGallery, tmp_path: Path
) -> None:
    await _takes_every_picture(chromium, korean_wall, tmp_path, width=PHONE, dark=False, kind="phone-ko")


async def _takes_every_picture(
    chromium: Browser, gallery: CardGallery, tmp_path: Path, *, width: int, dark: bool, kind: str
) -> None:
    folder = Path(FOLDER) if FOLDER else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    context = await chromium.new_context(
        viewport={"width": width, "height": HEIGHT},
        color_scheme="dark" if dark else "light",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = await context.new_page()
    await page.goto(f"{gallery.ws.page_url}&as=bob")
    for shown in gallery.cards:
        card = await _card(page, gallery, shown)
        assert await card.evaluate(OVERFLOWING) == [], shown.name
        assert await card.evaluate(WRAPPED_ALONE) == [], shown.name
        if shown.ordinary and width == PHONE:
            await _buttons_are_in_view(page, card, shown)
        await card.screenshot(path=folder / f"{shown.name}-{kind}.png", animations="disabled")
    await context.close()


async def _card(page: Page, gallery: CardGallery, shown: Shown) -> Locator:
    channel = gallery.ws.channel_id("general")
    await page.goto(f"{gallery.ws.address}/#/{channel}/{gallery.threads[shown.name]}")
    pane = page.get_by_role("region", name="Thread")
    await expect(pane.get_by_text(f"@countersign {shown.name}", exact=True)).to_be_visible()
    await expect(pane.get_by_role("article")).to_have_count(2)
    return pane.get_by_role("article").last


async def _buttons_are_in_view(page: Page, card: Locator, shown: Shown) -> None:
    """The title and the decisions are on the screen together."""
    top = await card.bounding_box()
    last = await card.locator(".actions").first.bounding_box()
    assert top
    assert last
    assert last["y"] + last["height"] - top["y"] <= SCREEN, shown.name
