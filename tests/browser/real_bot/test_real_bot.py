"""The newcomer's stories with the real bot behind the page, and what else needs the two together."""

import asyncio
import re

from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.browser.conftest import Visit, becomes, writes
from tests.support.stage import Stage

SLOW = 20_000  # milliseconds; a graph runs in another process


def thread_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Thread")


async def picks(page: Page, title: str) -> None:
    """Press one of the three things to try."""
    await page.get_by_role("button", name="Things to try").click()
    await page.get_by_role("dialog", name="Things to try").get_by_role("button", name=title).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def sends(page: Page) -> None:
    """Send what a thing to try has put into the composer."""
    box = page.get_by_role("combobox", name="Message #general")
    await expect(box).not_to_be_empty()
    await box.press("Enter")


async def test_the_newcomers_three_stories(stage: Stage, visit: Visit) -> None:
    page = await visit(stage.ws, "alice")

    await picks(page, "Ask for something that needs a yes")
    await sends(page)
    approve = thread_of(page).get_by_role("button", name="Approve")
    await expect(approve).to_be_visible(timeout=SLOW)

    await picks(page, "Try to approve as the guest")
    await approve.click()
    await expect(page.get_by_role("article", name="Only visible to you")).to_contain_text("Guests")
    await expect(approve).to_be_visible()

    await becomes(page, "Bob Berger")
    await approve.click()
    await expect(approve).to_have_count(0, timeout=SLOW)
    await expect(thread_of(page).get_by_text("The message is in #ops.")).to_be_visible(timeout=SLOW)
    await page.get_by_role("link", name="ops").click()
    await expect(page.get_by_role("region", name="#ops").get_by_text("Deploy at noon")).to_be_visible()

    await picks(page, "Change what the agent wrote")
    await sends(page)
    await thread_of(page).get_by_role("button", name="Edit").click(timeout=SLOW)
    form = page.get_by_role("dialog")
    text = form.get_by_role("textbox")
    assert "closed on Friday" in await text.input_value()
    await text.fill("The office is closed on Monday.")
    await form.get_by_role("button", name="Approve").click()
    await expect(form).to_have_count(0)
    await expect(thread_of(page).get_by_text("+ The office is closed on Monday.")).to_be_visible(timeout=SLOW)


async def test_an_edit_with_a_field_error_and_the_difference_after_it(stage: Stage, visit: Visit) -> None:
    page = await visit(stage.ws, "bob")
    card = await stage.card({"type": "tool_approval", "name": "wipe", "args": {"disk": "sda", "times": 2}})
    await page.goto(f"{stage.ws.address}/#/{card.message.channel}/{card.thread.ts}")
    await thread_of(page).get_by_role("button", name="Edit").click(timeout=SLOW)
    form = page.get_by_role("dialog")
    times = form.get_by_label("times")
    await expect(times).to_have_value("2")

    await times.fill("often")
    await form.get_by_role("button", name="Approve").click()
    await expect(form.locator(".wrong").get_by_role("alert")).to_contain_text("number")
    await times.fill("3")
    await expect(form.locator(".wrong")).to_have_count(0)
    await form.get_by_role("button", name="Approve").click()

    await expect(form).to_have_count(0)
    await expect(thread_of(page).get_by_text("Edited and approved")).to_be_visible(timeout=SLOW)
    await expect(thread_of(page).locator(".block", has_text="2").filter(has_text="3").first).to_be_visible()
    assert (await stage.resumed(card.thread))["edited_action"]["args"]["times"] == 3


async def _hears_when_told(page: Page) -> asyncio.Event:
    """While the event is clear nothing new reaches the page; it keeps its order and comes later."""
    hears = asyncio.Event()
    hears.set()

    def connected(to_page: WebSocketRoute) -> None:
        said: asyncio.Queue[str | bytes] = asyncio.Queue()
        to_page.connect_to_server().on_message(said.put_nowait)

        async def tell() -> None:
            while True:
                message = await said.get()
                await hears.wait()
                to_page.send(message)

        telling = asyncio.create_task(tell())

        def stop(_: Page) -> None:
            telling.cancel()

        page.on("close", stop)

    await page.route_web_socket("**/page/live*", connected)
    await page.reload()
    return hears


async def test_two_people_press_at_once_and_one_of_them_decides(stage: Stage, visit: Visit) -> None:
    alice, bob = await visit(stage.ws, "alice"), await visit(stage.ws, "bob")
    bob_hears = await _hears_when_told(bob)
    thread = await stage.ws.carol.mentions("post 'Only once' to #ops")
    for page in (alice, bob):
        await page.goto(f"{stage.ws.address}/#/{thread.channel}/{thread.ts}")
        await expect(thread_of(page).get_by_role("button", name="Approve")).to_be_visible(timeout=SLOW)

    bob_hears.clear()  # or his button might be gone before he presses it
    press = "document.querySelector('.thread [data-action=\"approval:approve\"]').click()"
    await alice.evaluate(press)
    await bob.evaluate(press)
    bob_hears.set()

    for page in (alice, bob):
        await expect(thread_of(page).get_by_role("button", name="Approve")).to_have_count(0, timeout=SLOW)
        await expect(thread_of(page).get_by_text("The message is in #ops.")).to_be_visible(timeout=SLOW)
    ops = stage.ws.slack.state.channels[stage.ws.channel_id("ops")]
    assert [m.text for m in ops.messages.values()].count("Only once") == 1


async def test_a_lost_acknowledgement_makes_one_card_all_the_same(stage: Stage, visit: Visit) -> None:
    page = await visit(stage.ws, "alice")
    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_role("tab", name="Faults").click()
    await page.get_by_role("button", name="Lose the acknowledgement").click()
    await expect(page.get_by_text("lose_ack on *, 1×")).to_be_visible()
    await writes(page, "Message #general", "@countersign post 'Heard twice' to #ops")
    await page.get_by_role("tab", name="Wire").click()
    await expect(page.get_by_text("retry 1").first).to_be_visible(timeout=SLOW)
    approve = thread_of(page).get_by_role("button", name="Approve")
    await expect(approve).to_be_visible(timeout=SLOW)
    await stage.ws.delivery.idle()
    await expect(approve).to_have_count(1)
    await approve.click()
    await expect(approve).to_have_count(0, timeout=SLOW)


async def test_parallel_questions_are_cards_beside_each_other(stage: Stage, visit: Visit) -> None:
    page = await visit(stage.ws, "alice")
    await writes(page, "Message #general", "/agent parallel_reviews: who comes?")
    await thread_of(page).get_by_role("button", name="Fill in the form").click(timeout=SLOW)
    form = page.get_by_role("dialog")
    await form.get_by_label("position").fill("Baker")
    await form.get_by_label("candidates").fill("Ada\nBen")
    await form.get_by_label("places").fill("0")
    await form.get_by_role("button").last.click()
    await expect(form.locator(".wrong").get_by_role("alert")).to_contain_text("1")
    await form.get_by_label("places").fill("1")
    await form.get_by_role("button").last.click()
    await expect(form).to_have_count(0)

    answers = thread_of(page).locator("[data-action='approval:answer'], [data-action='approval:respond']")
    await expect(answers).to_have_count(2, timeout=SLOW)
    await expect(thread_of(page).get_by_text("Ada").first).to_be_visible()
    await expect(thread_of(page).get_by_text("Ben").first).to_be_visible()
    await answers.last.click()
    await form.get_by_label("score").fill("5")
    await form.get_by_label("remark").fill("Good bread")
    await form.get_by_role("button").last.click()
    await expect(answers).to_have_count(1, timeout=SLOW)


async def test_a_broken_socket_heals(stage: Stage, visit: Visit) -> None:
    page = await visit(stage.ws, "alice")
    offline = page.get_by_text("offline", exact=True)
    await expect(offline).to_have_count(0)
    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_role("tab", name="Faults").click()
    await page.get_by_role("button", name="Close the socket").click()
    await expect(offline).to_be_visible()
    await expect(offline).to_have_count(0, timeout=SLOW)
    await page.get_by_role("button", name="Close the inspector").click()
    await writes(page, "Message #general", "@countersign post 'Back again' to #ops")
    await expect(thread_of(page).get_by_role("button", name="Approve")).to_be_visible(timeout=SLOW)


async def test_an_exception_of_the_graph_is_shown_with_its_line_beside_the_error_id(
    either: Stage, visit: Visit
) -> None:
    page = await visit(either.ws, "alice")
    thread = await either.asks({"fail_with": "OPENAI_API_KEY"})
    await page.goto(f"{either.ws.address}/#/{thread.channel}/{thread.ts}")

    failed = thread_of(page).get_by_role("article").filter(has_text="This run stopped.")
    await expect(failed).to_contain_text("Error ID", timeout=SLOW)
    note = failed.get_by_role("complementary", name="RuntimeError")
    await expect(note).to_contain_text("RuntimeError: Refused with the key [secret]")
    await expect(note).to_contain_text(re.compile(r"/probes/asking\.py:\d+, in act"))
    await expect(note).to_contain_text('raise RuntimeError("Refused with the key " + ')
    traceback = note.get_by_text("Traceback (most recent call last)")
    await expect(traceback).to_be_hidden()
    await note.get_by_text("Traceback", exact=True).click()
    await expect(traceback).to_be_visible()

    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_role("tab", name="Bot").click()
    errors = page.get_by_role("region", name="Errors")
    await expect(errors).to_contain_text("Refused with the key [secret]")
    assert not either.leaked(await page.content())


async def test_a_thing_to_try_says_what_to_do_next_until_it_is_done(either: Stage, visit: Visit) -> None:
    page = await visit(either.ws, "alice")
    await picks(page, "Ask for a refund that two others must approve")
    guide = page.get_by_role("region", name="What to do next")
    await expect(guide).to_contain_text("1 of 5 As Alice Arden: send it")
    await sends(page)
    await thread_of(page).get_by_role("button", name="Fill in the form").click(timeout=SLOW)
    form = page.get_by_role("dialog")
    await form.get_by_label("customer").fill("Dana Diaz")
    await form.get_by_label("amount").fill("1500")
    await form.get_by_label("EUR").check()
    await form.get_by_label("Yes", exact=True).check()
    await form.get_by_role("button", name="Start").click()
    approve = thread_of(page).get_by_role("button", name="Approve")
    await expect(approve).to_be_visible(timeout=SLOW)

    await guide.get_by_role("button", name="Next").click()
    await expect(guide).to_contain_text("press Approve: you can't")
    await guide.get_by_role("button", name="Next, as Bob Berger").click()
    await expect(page.get_by_role("button", name="You are Bob Berger")).to_be_visible()
    await page.reload()
    await expect(guide).to_contain_text("3 of 5 As Bob Berger")
    await guide.get_by_role("button", name="Next, as Carol Cruz").click()
    await guide.get_by_role("button", name="Next").click()
    await guide.get_by_role("button", name="Done").click()
    await expect(guide).to_have_count(0)


async def test_somebody_whose_slack_is_korean_has_their_inbox_in_it(either: Stage, visit: Visit) -> None:
    page = await visit(either.ws, "bob")
    await page.goto(f"{either.ws.address}/#/home")
    await expect(page.get_by_role("heading", name="Quiet hours")).to_be_visible(timeout=SLOW)
    for language, heading in (("한국어", "방해 금지 시간"), ("English", "Quiet hours")):
        await page.get_by_role("button", name="Change person").click()
        await page.get_by_label("Language of Bob Berger's Slack").select_option(label=language)
        await expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=SLOW)
        await page.keyboard.press("Escape")
