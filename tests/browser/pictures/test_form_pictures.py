"""Pictures of forms, the Home tab and the answer to `/approvals`, in each language, and facts about them.

CARD_PICTURES names the folder that the pictures go to; without it pytest's own, which it forgets.
"""

import os
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from countersign.i18n import _, reader_language
from countersign.testing.cards import ApprovalCard
from tests.browser.conftest import Visit, writes
from tests.support.stage import Stage

FOLDER = os.environ.get("CARD_PICTURES")
SLOW = 20_000  # milliseconds; a graph runs in another process
REFUND = {
    "type": "tool_approval",
    "name": "send_refund",
    "args": {
        "customer": "Dana Diaz",
        "amount": 129.9,
        "urgent": True,
        "due": "2026-12-04",
        "tags": ["broken", "twice"],
        "letter": "Dear Ms Diaz,\n\nyour refund is on its way.",
    },
}
QUESTION = {"question": "How good is Ada?", "experience": "3 years"}
SCHEMA = {
    "type": "object",
    "properties": {
        "score": {"type": "integer", "minimum": 1, "maximum": 5},
        "level": {"enum": ["junior", "senior"]},
        "start": {"type": "string", "format": "date"},
        "remote": {"type": "boolean"},
        "remark": {"type": "string", "maxLength": 400},
    },
    "required": ["score"],
}
CUT_OFF = """pane => [...pane.querySelectorAll("button, p, h2, h3, label, input, textarea, select")]
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1).map(each => each.outerHTML)"""

LOOKS = [("en", 1360, False), ("en", 390, True), ("ko", 1360, False), ("ko", 390, True)]
each_look = pytest.mark.parametrize(
    ("language", "width", "dark"), LOOKS, ids=["en-desktop", "en-phone-dark", "ko-desktop", "ko-phone-dark"]
)


def words(text: str, language: str) -> str:
    with reader_language(language):
        return _(text)


class Camera:
    def __init__(self, folder: Path, look: str) -> None:
        self.folder = Path(FOLDER) if FOLDER else folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.look = look

    async def takes(self, name: str, shown: Locator) -> None:
        assert await shown.evaluate(CUT_OFF) == [], name
        await shown.screenshot(path=self.folder / f"{name}-{self.look}.png", animations="disabled")


async def opens(page: Page, stage: Stage, card: ApprovalCard) -> Locator:
    await page.goto(f"{stage.ws.address}/#/{card.message.channel}/{card.thread.ts}")
    return page.get_by_role("region", name="Thread")


@each_look
async def test_every_form_is_whole_and_in_its_readers_language(
    stage: Stage, visit: Visit, tmp_path: Path, language: str, width: int, dark: bool
) -> None:
    camera = Camera(tmp_path, f"{language}-{width}-{'dark' if dark else 'light'}")
    await stage.ws.bob.sets_language("ko-KR" if language == "ko" else "en-US")
    refund, question = await stage.card(REFUND), await stage.card(QUESTION, SCHEMA)
    page = await visit(stage.ws, "bob", width=width, dark=dark)
    pressed = [
        *((refund, label, label) for label in ("Edit", "Respond", "Reject")),
        (question, "Answer", "Answer"),
        (refund, "Details", "Details"),
        (question, "Cancel run", "Cancel run"),
    ]
    for card, button, title in pressed:
        thread = await opens(page, stage, card)
        await thread.get_by_role("button", name=button, exact=True).last.click(timeout=SLOW)
        form = page.get_by_role("dialog", name=words(title, language))
        await expect(form).to_be_visible(timeout=SLOW)
        if language == "ko" and button == "Details":
            await expect(form.get_by_text(words("Payload as JSON", language))).to_be_visible()
        await camera.takes(f"form-{button.lower().replace(' ', '-')}-{card is question}", form)
        await page.keyboard.press("Escape")
        await expect(form).to_have_count(0)
    await stage.ws.bob.sets_language("en-US")
    await refund.approve(by=stage.ws.bob)
    await question.cancel_run(by=stage.ws.bob)


@each_look
async def test_the_inbox_is_whole_and_in_its_readers_language(
    stage: Stage, visit: Visit, tmp_path: Path, language: str, width: int, dark: bool
) -> None:
    camera = Camera(tmp_path, f"{language}-{width}-{'dark' if dark else 'light'}")
    await stage.ws.bob.sets_language("ko-KR" if language == "ko" else "en-US")
    cards = [await stage.card(REFUND), await stage.card(QUESTION, SCHEMA)]
    page = await visit(stage.ws, "bob", width=width, dark=dark)
    await page.goto(f"{stage.ws.address}/#/home")
    home = page.get_by_role("region", name="Home")
    await expect(home.get_by_role("heading", name=words("Quiet hours", language))).to_be_visible(timeout=SLOW)
    await expect(home.get_by_role("button", name=words("Reject", language)).first).to_be_visible(timeout=SLOW)
    await camera.takes("home", home)
    for button, title in (("Delegate…", "Delegate"), ("Set quiet hours…", "Quiet hours")):
        await home.get_by_role("button", name=words(button, language)).click()
        form = page.get_by_role("dialog", name=words(title, language))
        await expect(form).to_be_visible(timeout=SLOW)
        await camera.takes(f"home-{title.lower().replace(' ', '-')}", form)
        await page.keyboard.press("Escape")

    channel = stage.ws.channel_id("general")
    await page.goto(f"{stage.ws.address}/#/{channel}")
    await writes(page, "Message #general", "/approvals")
    only = page.get_by_role("article", name="Only visible to you").last
    await expect(only.get_by_role("button", name=words("Reject", language)).first).to_be_visible(timeout=SLOW)
    await camera.takes("approvals", only)
    await stage.ws.bob.sets_language("en-US")
    await cards[0].approve(by=stage.ws.bob)
    await cards[1].cancel_run(by=stage.ws.bob)
