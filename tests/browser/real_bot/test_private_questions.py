"""What one writer is asked alone, on the page: what a message means, and whether to forget a conversation."""

import os
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from slack_local.people.threads import Thread
from tests.browser.conftest import Visit
from tests.support.stage import Stage

SLOW = 20_000  # milliseconds; a graph runs in another process
RISKY = {"title": "Refund order 4711", "details": {"amount": "129.90 EUR", "customer": "Ada"}}
PICTURES = os.environ.get("PICTURES")  # a folder to take them into, to be looked at


async def shows(page: Page, stage: Stage, thread: Thread, name: str) -> Locator:
    """The message that only this person sees in the thread, with this button."""
    await page.goto(f"{stage.ws.address}/#/{thread.channel}/{thread.ts}")
    here = page.get_by_role("region", name="Thread")
    only = here.get_by_role("article", name="Only visible to you")
    await expect(only.get_by_role("button", name=name)).to_be_visible(timeout=SLOW)
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name.lower().replace(' ', '-')}.png")
    return only


async def test_who_writes_a_no_is_asked_whether_it_is_one(stage: Stage, visit: Visit) -> None:
    thread = await stage.asks({"ask": RISKY})
    page = await visit(stage.ws, "bob")
    await stage.ws.bob.replies(thread, "No, the customer has not sent it back yet.")

    only = await shows(page, stage, thread, "Reject with this reason")
    await expect(only.get_by_role("button", name="Not an answer")).to_be_visible()
    await only.get_by_role("button", name="Reject with this reason").click()

    await expect(only).to_have_count(0, timeout=SLOW)
    here = page.get_by_role("region", name="Thread")
    await expect(here.get_by_text("has not sent it back yet.").last).to_be_visible(timeout=SLOW)


async def test_what_came_before_a_question_is_offered_as_its_answer(stage: Stage, visit: Visit) -> None:
    thread = await stage.asks({"wait_for": "seen", "ask": "Which colour should the door have?"})
    await stage.reached("seen")
    page = await visit(stage.ws, "carol", width=390)
    await stage.ws.carol.replies(thread, "blue, like the windows")
    await stage.ws.delivery.idle()
    stage.release("seen")

    only = await shows(page, stage, thread, "Use as answer")
    await only.get_by_role("button", name="Use as answer").click()

    assert await stage.resumed(thread) == "blue, like the windows"


async def test_a_conversation_is_reset_after_a_question(stage: Stage, visit: Visit) -> None:
    thread = await stage.ws.carol.mentions("ask: hello")
    await thread.wait_for("Heard: hello", limit=20)
    page = await visit(stage.ws, "carol", dark=True)
    await stage.ws.carol.mentions("reset", thread_ts=thread.ts)

    only = await shows(page, stage, thread, "Start over")
    await only.get_by_role("button", name="Start over").click()

    await expect(page.get_by_text("Started over.")).to_be_visible(timeout=SLOW)
