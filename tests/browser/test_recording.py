"""A session at the page, taken away as a test, does the same again."""

from typing import Any

from playwright.async_api import expect

from slack_local.script.language import Language
from slack_local.script.player import Player
from slack_local.workspace import LocalWorkspace
from tests.browser.conftest import Visit, becomes, writes
from tests.browser.small_app import small_app
from tests.slack_local.command.test_script import LoggingBot
from tests.slack_local.conftest import over_socket


async def test_a_session_becomes_a_test_that_does_it_again(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "carol")
    thread = page.get_by_role("region", name="Thread")
    await writes(page, "Message #general", '@bot refund Hofmann\'s "order"')
    await expect(thread.get_by_role("button", name="Approve")).to_be_visible()
    await writes(page, "Reply", "soon, please")
    await becomes(page, "Bob Berger")
    await thread.get_by_role("button", name="Edit", exact=True).click()
    form = page.get_by_role("dialog", name="Edit the refund")
    await form.get_by_label("Amount").fill("20")
    await form.get_by_role("button", name="Approve with changes").click()
    await expect(thread.get_by_text("with changes")).to_be_visible()
    await writes(page, "Message #general", "/agent refund Meyer")
    await thread.get_by_role("button", name="Approve").click()
    await expect(thread.get_by_text("Approved by")).to_be_visible()

    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_role("button", name="Recording").click()
    shown = page.get_by_role("dialog", name="Recording").locator("pre")
    await expect(shown).to_contain_text("bot_thread")
    source = await shown.inner_text()

    module: dict[str, Any] = {}
    exec(compile(source, "recorded.py", "exec"), module)
    async with LocalWorkspace() as again, over_socket(small_app(again), again):
        await module["test_recorded"](again, None)
        seen, done = (
            [m.text for m in w.slack.state.channels[w.channel_id("general")].messages.values()]
            for w in (ws, again)
        )
        assert done == seen

    await page.get_by_role("tab", name="As a script").click()
    script = await shown.inner_text()
    async with LocalWorkspace() as again, over_socket(small_app(again), again):
        assert await Player(again, LoggingBot()).play(Language().read(script, "recorded")) == 0

    await page.get_by_role("tab", name="As a test").click()
    await page.get_by_role("button", name="Start over").click()
    await expect(shown).not_to_contain_text("bot_thread")
