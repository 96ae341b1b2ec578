"""How messages are drawn: every block, streams, many messages, dark, small, with pictures to look at."""

import pytest
from playwright.async_api import expect
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.model.records import Message
from slack_local.workspace import LocalWorkspace
from tests.browser.conftest import Visit, writes
from tests.support.harness import until

MANY = 10_000


def fill(ws: LocalWorkspace, channel: str, count: int) -> None:
    """Messages that were always there: nobody is told of them."""
    world, place = ws.slack.state, ws.channel_id(channel)
    for number in range(count):
        world.file_message(
            Message(
                channel=place,
                ts=ws.slack.clock.ts(),
                user=(ws.alice, ws.bob)[number % 2].id,
                team=ws.slack.team,
                text=f"message number {number}",
            )
        )


FIRST_IN_VIEW = """() => {
    const list = document.querySelector('[role=log]').getBoundingClientRect();
    const rows = [...document.querySelectorAll('[role=log] article')];
    const first = rows.find((row) => row.getBoundingClientRect().bottom > list.top + 20);
    return first ? Number(first.querySelector('.content').innerText.replace(/\\D/g, '')) : Infinity;
}"""


async def test_ten_thousand_messages_scroll(ws: LocalWorkspace, visit: Visit) -> None:
    fill(ws, "general", MANY)
    page = await visit(ws, "alice")
    await expect(page.get_by_text(f"message number {MANY - 1}")).to_be_in_viewport()
    rows = page.locator("[role=log] article")
    assert await rows.count() < 150

    await page.get_by_role("log").hover()

    async def scrolled_up() -> bool:  # the list may move back once, when it measures what came into view
        await page.mouse.wheel(0, -5_000)
        return bool(await page.evaluate(FIRST_IN_VIEW) <= MANY - 1000)

    await until(scrolled_up, 30)
    assert await rows.count() < 150, "only what is near the view is drawn"

    await ws.bob.says("general", "and one more")

    newest, bottom = page.get_by_text("and one more"), await page.evaluate("innerHeight")

    async def seen_below() -> bool:  # what arrives while the page scrolls moves its end
        await page.mouse.wheel(0, 500_000)
        box = await newest.bounding_box() if await newest.count() else None
        return box is not None and box["y"] + box["height"] <= bottom

    await until(seen_below, 30)
    await expect(newest).to_be_in_viewport()


async def test_a_stream_grows_while_it_is_read(
    ws: LocalWorkspace, visit: Visit, web_client: AsyncWebClient
) -> None:
    page = await visit(ws, "alice")
    thread = await ws.alice.says("general", "tell me a story")
    await page.get_by_role("article").filter(has_text="tell me a story").hover()
    await page.get_by_role("link", name="Reply in thread").click()
    started = await web_client.chat_startStream(
        channel=thread.channel,
        thread_ts=thread.ts,
        recipient_team_id=ws.slack.team,
        recipient_user_id=ws.alice.id,
        markdown_text="Once **upon",
    )
    replies = page.get_by_role("region", name="Thread")
    await expect(replies.get_by_text("Once **upon")).to_be_visible()
    await expect(replies.get_by_role("img", name="still writing")).to_be_visible()
    await web_client.chat_appendStream(channel=thread.channel, ts=started["ts"], markdown_text=" a time**")
    await expect(replies.locator("strong", has_text="upon a time")).to_be_visible()
    await web_client.chat_stopStream(channel=thread.channel, ts=started["ts"])
    await expect(replies.get_by_role("img", name="still writing")).to_have_count(0)


async def test_the_time_beside_a_message_that_follows_does_not_touch_it(
    ws: LocalWorkspace, visit: Visit
) -> None:
    page = await visit(ws, "alice")
    for words in ("first", "second"):
        await ws.bob.says("general", words)
    message = page.get_by_role("article").filter(has_text="second")
    await message.hover()
    # Wider than any time of day is: what is drawn must not depend on the hour at which it is tried.
    await message.locator(".side-time").evaluate("time => { time.textContent = '12:58 PM' }")
    assert await message.evaluate("""row => {
        const time = document.createRange();
        time.selectNodeContents(row.querySelector(".side-time"));
        const [left, right] = [time.getBoundingClientRect().left, time.getBoundingClientRect().right];
        return left >= row.getBoundingClientRect().left
            && right <= row.querySelector(".body").getBoundingClientRect().left;
    }""")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_on_a_phone_one_pane_shows_at_a_time(ws: LocalWorkspace, visit: Visit, dark: bool) -> None:
    page = await visit(ws, "alice", width=390, dark=dark)
    await writes(page, "Message #general", "@bot refund Hofmann")
    approve = page.get_by_role("button", name="Approve", exact=True)
    await expect(approve).to_be_in_viewport()
    await expect(page.get_by_role("region", name="#general")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("link", name="Back to the channel").click()
    await expect(page.get_by_role("region", name="#general")).to_be_visible()
    await page.get_by_role("link", name="All conversations").click()
    await page.get_by_role("link", name="ops").click()
    await expect(page.get_by_role("region", name="#ops")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("navigation", name="Conversations")).to_be_visible()
    paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, paper.strip("rgb()").split(","))) < 200) is dark


async def test_the_theme_follows_the_system_until_somebody_chooses(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    html = page.locator("html")
    await expect(html).to_have_attribute("data-theme", "light")
    await page.emulate_media(color_scheme="dark")
    await expect(html).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="Light theme").click()
    await page.reload()
    await expect(html).to_have_attribute("data-theme", "light")


async def test_the_page_comes_back_after_the_connection_was_gone(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    await writes(page, "Message #general", "said before")
    await ws.page.close_all()
    await expect(page.get_by_text("The connection is gone")).to_be_visible()
    await expect(page.get_by_text("The connection is gone")).to_have_count(0)
    await writes(page, "Message #general", "said after")
    await expect(page.get_by_text("said before")).to_be_visible()
    await expect(page.get_by_text("said after")).to_be_visible()


async def test_the_first_thing_to_try_is_in_reach_on_a_small_screen(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice", width=390)
    await page.set_viewport_size({"width": 390, "height": 560})
    first, *_ = ws.page.context.app_info.suggestions
    await page.get_by_role("button", name=first.title).click()
    await expect(page.get_by_role("region", name="What to do next")).to_be_visible()
