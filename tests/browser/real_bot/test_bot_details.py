"""What the bot knows of a thread, beside it, and what the demo announces above the page."""

from typing import Any

from playwright.async_api import expect

from slack_local.workspace import LocalWorkspace
from tests.browser.conftest import Visit
from tests.support.processes.bots import until

SECTIONS: dict[str, Any] = {
    "Approvals": [
        {"id": "b6d4", "status": "pending", "value": {"name": "pay", "args": {"amount": 12}}, "note": None}
    ],
    "Ledger": [
        {"at": "2026-11-21 01:17:12.038466+00:00", "event": "opened", "actor_name": None, "detail": None},
        {
            "at": "2026-11-21 01:17:13.500000+00:00",
            "event": "decided",
            "actor_name": "bob",
            "detail": {"v": 1},
        },
    ],
    "Graph": {
        "next": ["tools"],
        "values": {
            "messages": [
                {"type": "human", "content": "<b>refund</b> 12"},
                {"type": "ai", "content": "", "tool_calls": [{"name": "pay", "args": {}}]},
            ]
        },
    },
}


async def test_the_inspector_shows_what_the_bot_knows_and_asks_again_with_the_threads_news(
    ws: LocalWorkspace, visit: Visit
) -> None:
    asked: list[str] = []

    async def insight(thread: str) -> dict[str, Any]:
        asked.append(thread)
        return SECTIONS

    ws.page.context.bot_details = insight
    thread = await ws.alice.says("#general", "refund 12")
    page = await visit(ws)
    await page.goto(f"{ws.page_url}#/{thread.channel}/{thread.ts}")
    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_role("tab", name="Bot").click()

    ledger = page.get_by_role("region", name="Ledger")
    await expect(ledger.locator("summary").nth(0)).to_contain_text("opened")
    await expect(ledger.locator("summary").nth(1)).to_contain_text("decided · bob")
    await expect(page.get_by_role("region", name="Approvals")).to_contain_text("pending")
    await expect(page.get_by_role("region", name="Approvals")).not_to_contain_text("note")
    graph = page.get_by_role("region", name="Graph")
    await expect(graph).to_contain_text("<b>refund</b> 12")
    await expect(graph).to_contain_text("pay(…)")
    assert set(asked) == {thread.id}

    before = len(asked)
    await ws.bob.replies(thread, "and hurry")
    await expect(page.get_by_role("region", name="Thread")).to_contain_text("and hurry")
    await until(lambda: len(asked) > before, lambda: "the bot to be asked again")


async def test_the_page_says_which_model_answers_and_what_is_announced(
    ws: LocalWorkspace, visit: Visit
) -> None:
    ws.page.context.set_app_note("Model: scripted, for a test")
    page = await visit(ws)
    await expect(page.get_by_role("navigation", name="Conversations")).to_contain_text("scripted, for a test")

    ws.page.context.set_app_note("Model: somebody's own")
    ws.page.context.show_banner("The bot is down: there is no graph.")
    await expect(page.get_by_role("alert")).to_have_text("The bot is down: there is no graph.")
    await expect(page.get_by_role("navigation", name="Conversations")).to_contain_text("somebody's own")
    ws.page.context.show_banner("")
    await expect(page.get_by_role("alert")).to_have_count(0)
