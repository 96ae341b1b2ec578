"""The inspector: what went over the wire, and injected faults."""

import pytest
from playwright.async_api import Page, expect
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.workspace import LocalWorkspace
from tests.browser.conftest import Visit, writes


async def causes(page: Page, title: str) -> None:
    inspector = page.get_by_role("complementary", name="Inspector")
    if not await inspector.count():
        await page.get_by_role("button", name="Inspector").click()
    await inspector.get_by_role("tab", name="Faults").click()
    await inspector.get_by_role("button", name=title, exact=True).click()


async def a_card(page: Page) -> None:
    await writes(page, "Message #general", "@bot refund Hofmann")
    await expect(
        page.get_by_role("region", name="Thread").get_by_role("button", name="Approve")
    ).to_be_visible()


async def test_the_inspector_shows_requests_beside_the_thread(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    await a_card(page)
    await page.get_by_role("button", name="Inspector").click()
    wire = page.get_by_role("complementary", name="Inspector")
    mention = wire.get_by_role("button", name="app_mention")
    await expect(mention).to_contain_text("ack")
    await expect(wire.get_by_role("button", name="chat.postMessage")).to_contain_text("ms")

    await page.get_by_role("button", name="Edit", exact=True).click()
    await expect(page.get_by_role("dialog", name="Edit the refund")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(wire.get_by_role("button", name="block_actions approval:edit")).to_be_visible()
    await expect(wire.get_by_role("button", name="views.open")).to_be_visible()
    await wire.get_by_role("button", name="views.open").click()
    await expect(wire.get_by_text('"callback_id": "approval:edit"').first).to_be_visible()

    await ws.bob.says("general", "elsewhere")
    await page.get_by_label("Only this thread").uncheck()
    await expect(wire.get_by_role("button", name="message", exact=False).first).to_be_visible()
    shown = await wire.locator(".entry").count()
    await page.get_by_label("Only this thread").check()
    await expect(wire.locator(".entry")).not_to_have_count(shown)


async def test_violations_are_counted_and_explained(
    ws: LocalWorkspace, visit: Visit, web_client: AsyncWebClient
) -> None:
    page = await visit(ws, "alice")
    thread = await ws.alice.says("general", "no mention")
    await page.goto(f"{ws.address}/#/{thread.channel}/{thread.ts}")
    await page.get_by_role("button", name="Inspector").click()
    await expect(page.get_by_text("no violations")).to_be_visible()
    bad = [{"type": "header", "text": {"type": "mrkdwn", "text": "no"}}]
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await web_client.chat_postMessage(channel=thread.channel, thread_ts=thread.ts, text="x", blocks=bad)
    await expect(page.get_by_text("1 violation", exact=True)).to_be_visible()
    await expect(page.get_by_role("complementary").get_by_text("/blocks/0/text").first).to_be_visible()


async def test_a_click_twice_and_an_event_delivered_twice_and_again(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    await causes(page, "Deliver twice")
    await expect(page.get_by_text("twice on *, 1×")).to_be_visible()
    await writes(page, "Message #general", "@bot refund Hofmann")
    await expect(
        page.get_by_role("region", name="Thread").get_by_role("button", name="Approve")
    ).to_have_count(2)
    ids = [attempt.body["event_id"] for attempt in ws.log.attempts("app_mention")]
    assert len(ids) == 2
    assert len({*ids}) == 1

    await causes(page, "Click twice")
    before = ws.log.cursor
    await page.get_by_role("region", name="Thread").get_by_role("button", name="Edit").first.click()
    await expect(page.get_by_role("dialog", name="Edit the refund")).to_be_visible()
    await page.keyboard.press("Escape")
    assert len(ws.log.attempts("block_actions", since=before)) == 2

    await page.get_by_role("tab", name="Wire").click()
    await page.get_by_role("button", name="app_mention").first.click()
    await page.get_by_role("button", name="Deliver again").click()
    await expect(
        page.get_by_role("region", name="Thread").get_by_role("button", name="Approve")
    ).to_have_count(3)


async def test_a_lost_acknowledgement_is_seen_on_the_wire_and_the_event_comes_again(
    ws: LocalWorkspace, visit: Visit
) -> None:
    page = await visit(ws, "alice")
    await causes(page, "Lose the acknowledgement")
    await writes(page, "Message #general", "@bot refund Hofmann")
    await expect(
        page.get_by_role("region", name="Thread").get_by_role("button", name="Approve")
    ).to_have_count(2)
    await page.get_by_role("tab", name="Wire").click()
    await expect(page.get_by_text("timeout · lose_ack")).to_be_visible()
    await expect(page.get_by_text("retry 1")).to_be_visible()


async def test_a_click_that_is_not_acknowledged_says_so(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    await a_card(page)
    await causes(page, "Lose the acknowledgement")
    await page.get_by_role("region", name="Thread").get_by_role("button", name="Edit").click()
    await expect(page.get_by_role("alert").filter(has_text="The app did not answer")).to_be_attached()


async def test_a_trigger_that_came_too_late_opens_nothing(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    await a_card(page)
    await causes(page, "Expire a trigger")
    await page.get_by_role("region", name="Thread").get_by_role("button", name="Edit").click()
    await page.get_by_role("tab", name="Wire").click()
    await expect(page.get_by_text("expired_trigger_id").first).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_broken_socket_is_on_the_wire(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    await causes(page, "Close the socket")
    await page.get_by_role("tab", name="Wire").click()
    await expect(page.get_by_role("button", name="socket cut")).to_be_visible()


async def test_the_workspaces_clock_can_be_put_ahead(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    before = ws.slack.clock.now()
    await causes(page, "+ 1 day")
    await writes(page, "Message #general", "tomorrow")
    await expect(page.get_by_text("tomorrow")).to_be_visible()
    assert ws.slack.clock.now() - before > 86_000


async def test_what_the_bot_says_is_shown_only_if_it_says_anything(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    await page.get_by_role("button", name="Inspector").click()
    await expect(page.get_by_role("tab")).to_have_count(2)

    async def insight(thread_id: str) -> dict[str, object]:
        return {"Ledger": [{"thread": thread_id, "event": "opened"}]}

    ws.page.context.bot_details = insight
    page = await visit(ws, "bob")
    thread = await ws.bob.says("general", "hello")
    await page.goto(f"{ws.address}/#/{thread.channel}/{thread.ts}")
    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_role("tab", name="Bot").click()
    await expect(page.get_by_role("heading", name="Ledger")).to_be_visible()
    await expect(page.get_by_text(thread.id)).to_be_visible()
