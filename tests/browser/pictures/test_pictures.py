"""The pictures of the README: the real bot, the page, and people who play with every pattern.

Each test plays a story, checks that the page shows what its picture is there to show, and takes the picture:
into docs/pictures with PICTURES=1, else into a folder that pytest forgets.
"""

import asyncio
import dataclasses
import json
import os
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, FloatRect, Locator, Page, expect

from countersign.testing.cards import ApprovalCard, approval_card
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from tests.browser.conftest import TIMEOUT_MS
from tests.browser.pictures.png import with_palette
from tests.support.place import NewPlace
from tests.support.processes.bots import ROOT
from tests.support.stage import Stage, open_stage

WIDTH = 760  # CSS pixels; below 800 the page shows the thread alone
HEIGHT = 2400  # all of a thread is in view, so all of it is drawn
EDGE = 4  # CSS pixels around what is pictured
KEPT = os.environ.get("PICTURES") == "1"
MAX_BYTES = 120_000  # of a picture that is kept
MAX_DIFFERENCE = """async (pictures) => {
  const pixels = await Promise.all(pictures.map(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const drawing = canvas.getContext("2d");
    drawing.drawImage(image, 0, 0);
    return drawing.getImageData(0, 0, image.width, image.height).data;
  }));
  return pixels[0].reduce((most, value, at) => Math.max(most, Math.abs(value - pixels[1][at])), 0);
}"""  # the largest difference of a channel between two pictures, of 255
SLOW = 20_000  # milliseconds; a graph runs in another process


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(new_place: NewPlace) -> AsyncIterator[Stage]:
    """A workspace with the real bot, which hosts the graphs that come along and the pictures' own."""
    with new_place("pictures") as place:
        async with open_stage(place.folder, place.url) as opened:
            config = json.loads(opened.config.read_text())
            config["graphs"]["batched"] = str(ROOT / "tests/browser/pictures/picture_graphs.py:batched")
            own = place.folder / "pictures.json"
            own.write_text(json.dumps(config))
            stage = dataclasses.replace(opened, config=own)
            async with stage.bot() as bot:
                yield stage
                assert await bot.stop() == 0, bot.said


@dataclass(frozen=True)
class Studio:
    """A narrow window in which bob looks at one thread."""

    stage: Stage
    page: Page
    folder: Path

    @property
    def alice(self) -> Person:
        return self.stage.ws.alice

    @property
    def bob(self) -> Person:
        return self.stage.ws.bob

    @property
    def pane(self) -> Locator:
        return self.page.get_by_role("region", name="Thread")

    async def shows(self, thread: Thread) -> None:
        await self.page.goto(f"{self.stage.ws.address}/#/{thread.channel}/{thread.ts}")
        await expect(self.pane.get_by_role("article").first).to_be_visible(timeout=SLOW)

    async def sees(self, *texts: str) -> None:
        """Wait until the thread shows each of these."""
        for text in texts:
            await expect(self.pane.get_by_text(text).last).to_be_visible(timeout=SLOW)

    async def sees_buttons(self, *names: str) -> None:
        """The buttons of the thread, in their order, and no other."""
        buttons = self.pane.locator("[data-action]")
        await expect(buttons).to_have_text(list(names), timeout=SLOW)

    async def takes(self, name: str, *, first: int = 0, last: int = -1) -> None:
        """Take a picture of the thread's messages, from `first` to `last`."""
        await self.page.mouse.move(1, 1)
        await self.page.evaluate("document.activeElement?.blur()")
        articles = await self.pane.get_by_role("article").all()
        top, bottom = await articles[first].bounding_box(), await articles[last].bounding_box()
        assert top
        assert bottom
        start = top["y"] - EDGE
        height = bottom["y"] + bottom["height"] + EDGE - start
        await self._save(name, {"x": 0, "y": start, "width": WIDTH, "height": height})

    async def takes_form(self, name: str) -> None:
        """Take a picture of the form that is open."""
        box = await self.page.get_by_role("dialog").bounding_box()
        assert box
        await self._save(name, {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]})

    async def _save(self, name: str, clip: FloatRect) -> None:
        taken = await self.page.screenshot(clip=clip, animations="disabled")
        if KEPT:
            taken = await asyncio.to_thread(with_palette, taken)
            assert len(taken) < MAX_BYTES
        (self.folder / f"{name}.png").write_bytes(taken)


@pytest_asyncio.fixture(loop_scope="session")
async def studio(stage: Stage, chromium: Browser, tmp_path: Path) -> AsyncIterator[Studio]:
    folder = ROOT / "docs/pictures" if KEPT else tmp_path
    folder.mkdir(exist_ok=True)
    async with await chromium.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=2,
        locale="en-GB",
        color_scheme="light",
    ) as context:
        context.set_default_timeout(TIMEOUT_MS)
        page = await context.new_page()
        await page.goto(f"{stage.ws.page_url}&as=bob")
        yield Studio(stage, page, folder)


async def card_of(thread: Thread, number: int = 0) -> ApprovalCard:
    return await approval_card(thread, number, limit=SLOW / 1000)


def row_of(card: ApprovalCard, number: int) -> str:
    """The id of a row's actions block; it changes with every drawing of the card."""
    ids = (str(block["block_id"]) for block in card.message.blocks)
    return next(found for found in ids if found.startswith(f"row:{number}:"))


async def test_a_picture_that_is_kept_looks_as_it_was_taken(chromium: Browser) -> None:
    page = await chromium.new_page(viewport={"width": 120, "height": 60})
    await page.set_content("<body style='background:linear-gradient(90deg,#fff,#cde)'><b>Approve</b> ✅")
    taken = await page.screenshot()
    furthest = await page.evaluate(
        MAX_DIFFERENCE, [b64encode(one).decode() for one in (taken, with_palette(taken))]
    )
    await page.close()
    assert furthest < 24


async def test_the_assistant_asks_before_it_posts(studio: Studio) -> None:
    thread = await studio.alice.mentions("post 'Deploy at noon, 5 minutes of downtime' to #ops")
    card = await card_of(thread)
    await studio.shows(thread)
    await studio.sees("Post this message in the bot's name", "Deploy at noon, 5 minutes of downtime", "#ops")
    await studio.sees_buttons("Details", "Approve", "Edit", "Reject")
    await studio.takes("card")

    await card.approve(by=studio.bob)
    await studio.sees("Approved by @Bob Berger", "The message is in #ops.")
    await studio.sees_buttons()
    await studio.takes("approved")


async def test_calls_that_are_asked_about_together_have_a_row_each(studio: Studio) -> None:
    thread = await studio.alice.mentions(
        "batched: post 'Release 2.4 is out' to #ops, post 'Cake at 4' to #general"
        " and invite carol to #approvals"
    )
    card = await card_of(thread)
    await studio.shows(thread)
    await studio.sees_buttons("Details", *("Approve", "Edit", "Reject") * 3, "Approve all 3", "Reject all 3")
    await card.approve(studio.bob, block_id=row_of(card, 0))
    await studio.sees("Approved by @Bob Berger", "Approve other 2")
    await studio.takes("batched")


async def test_approve_or_reject(studio: Studio) -> None:
    thread = await studio.alice.mentions("approve_or_reject: a refund")
    await thread.wait_for("starts with a form", limit=15)
    await studio.shows(thread)
    await studio.pane.get_by_role("button", name="Fill in the form").click()
    form = studio.page.get_by_role("dialog")
    await form.get_by_label("customer").fill("Mara Meier, no. 2041")
    await form.get_by_label("amount").fill("129.90")
    await form.get_by_label("EUR").check()
    await form.get_by_label("No", exact=True).check()
    await form.get_by_label("reason").fill("Arrived broken, twice.")
    await studio.takes_form("approve_or_reject-form")
    await form.get_by_role("button", name="Start").click()
    await studio.sees_buttons("Approve", "Reject", "Details", "Answer another way")
    await studio.sees("Pay this refund?", "129.90", "Mara Meier, no. 2041")
    await studio.takes("approve_or_reject")
    await (await card_of(thread)).approve(by=studio.alice)
    await studio.sees("Released: 129.90 EUR to Mara Meier, no. 2041.")


async def test_review_and_edit(studio: Studio) -> None:
    thread = await studio.alice.mentions("review_and_edit: the office on Friday")
    await card_of(thread)
    await studio.shows(thread)
    await studio.sees_buttons("Details", "Approve", "Edit", "Answer another way", "Cancel run")
    await studio.pane.get_by_role("button", name="Edit").click()
    form = studio.page.get_by_role("dialog")
    text = form.get_by_role("textbox")
    await text.fill((await text.input_value()).replace("Details follow in this channel", "It is closed"))
    await studio.takes_form("review_and_edit-form")
    await form.get_by_role("button", name="Approve").click()
    await studio.sees("Edited and approved", "+ A short note: the office on Friday. It is closed", "Result")
    await studio.takes("review_and_edit-edited")


async def test_review_tool_calls(studio: Studio) -> None:
    thread = await studio.alice.mentions("review_tool_calls: post 'hello' to #ops")
    card = await card_of(thread)
    await studio.shows(thread)
    await card.respond(studio.bob, "Too short, say 'Good morning, everyone' instead.")
    await studio.sees("Too short, say", "Good morning, everyone")
    await studio.sees_buttons("Approve", "Edit", "Respond", "Reject", "Details", "Answer another way")
    await studio.takes("review_tool_calls")
    await (await card_of(thread)).approve(by=studio.bob)
    await studio.sees("The message is in #ops.")


async def test_human_assistance(studio: Studio) -> None:
    thread = await studio.alice.mentions("human_assistance: ask someone which environment is meant")
    await card_of(thread)
    await studio.shows(thread)
    await studio.sees("Which environment is meant?")
    await studio.bob.replies(thread, "Staging, please.")
    await studio.sees("Answered by @Bob Berger", "Staging, please.")
    await studio.sees_buttons()
    await thread.wait_for(lambda said: "Staging" in said.text and not said.streaming, limit=15)
    await studio.takes("human_assistance")


async def test_multi_turn(studio: Studio) -> None:
    thread = await studio.alice.mentions("multi_turn_shared: a picnic in May.")
    await card_of(thread)
    await studio.shows(thread)
    await studio.sees("The planner here.")
    await studio.alice.replies(thread, "what is the budget?")
    await studio.sees("The treasurer here.")
    await studio.sees_buttons("Answer", "done", "Answer another way", "Cancel run")
    await studio.takes("multi_turn")
    await studio.alice.replies(thread, "done")
    await studio.sees_buttons()


async def test_validated_input(studio: Studio) -> None:
    thread = await studio.alice.mentions("validated_input: the picnic")
    await card_of(thread)
    await studio.shows(thread)
    await studio.sees("How many people come to the picnic?")
    await studio.bob.replies(thread, "quite a few")
    await studio.sees("“quite a few” is not a whole number.")
    await studio.sees_buttons("Answer", "Answer another way", "Cancel run")
    await studio.takes("validated_input")
    await studio.bob.replies(thread, "40")
    await studio.sees("Result", "40")


async def test_nested(studio: Studio) -> None:
    thread = await studio.alice.mentions("nested: the annual report")
    await card_of(thread)
    await studio.shows(thread)
    await studio.sees("Legal, what about")
    await studio.bob.replies(thread, "Fine with us.")
    await studio.sees("Press, what about")
    await studio.sees_buttons("Answer", "Answer another way", "Cancel run")
    await studio.takes("nested")
    await studio.alice.replies(thread, "Hold it until Monday.")
    await studio.sees("Result", "Fine with us.", "Hold it until Monday.")


async def test_parallel_reviews(studio: Studio) -> None:
    thread = await studio.alice.mentions("parallel_reviews: a baker")
    start = await thread.card(limit=SLOW / 1000)
    view = await start.form("start:open", studio.alice)
    values = {"/position": "Baker", "/candidates": "Ada\nBen\nCem", "/places": "1"}
    await studio.alice.submits(view, values)
    await studio.shows(thread)
    await studio.sees("Ada", "Ben", "Cem")
    await studio.sees_buttons(*["Details", "Answer", "Cancel run"] * 3)
    await studio.pane.get_by_role("button", name="Answer").nth(1).click()
    form = studio.page.get_by_role("dialog")
    await form.get_by_label("score").fill("5")
    await form.get_by_label("remark").fill("The best bread in town.")
    await studio.takes_form("parallel_reviews-form")
    await form.get_by_role("button").last.click()
    await studio.sees("The best bread in town.")
    await studio.sees_buttons(*["Details", "Answer", "Cancel run"] * 2)
    await studio.takes("parallel_reviews")


async def test_side_effects(studio: Studio) -> None:
    thread = await studio.alice.mentions("side_effects: We moved to the third floor.")
    card = await card_of(thread)
    await studio.shows(thread)
    await studio.sees_buttons("Approve", "Reject", "Details", "Answer another way")
    await card.approve(by=studio.bob)
    await studio.sees("Posted.")
    await studio.takes("side_effects")
    general = studio.stage.ws.slack.state.channels[studio.stage.ws.channel_id("general")]
    said = [message.text for message in general.messages.values() if message.by_bot]
    assert said.count("We moved to the third floor.") == 1
