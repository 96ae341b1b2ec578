"""People in the page: deciding, forms, commands and notices, in one window and in two."""

import re

import pytest
from playwright.async_api import expect
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.workspace import LocalWorkspace
from tests.browser.conftest import Visit, becomes, writes


async def test_a_mention_opens_its_thread_and_its_card_is_decided(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "carol")
    await writes(page, "Message #general", "@bot refund Hofmann")
    thread = page.get_by_role("region", name="Thread")
    await expect(thread.get_by_text("Pay a refund?")).to_be_visible()
    await expect(page.get_by_role("link", name="waits for a person")).to_be_visible()

    await becomes(page, "Bob Berger")
    await thread.get_by_role("button", name="Approve").click()

    await expect(thread.get_by_text("Approved by")).to_be_visible()
    await expect(thread.get_by_role("button", name="Approve")).to_have_count(0)
    await expect(page.get_by_role("link", name="waits for a person")).to_have_count(0)


async def test_two_windows_see_each_others_clicks(ws: LocalWorkspace, visit: Visit) -> None:
    alice, bob = await visit(ws, "alice"), await visit(ws, "bob")
    await writes(alice, "Message #general", "@bot refund Hofmann")
    await bob.get_by_role("link", name="1 reply").click()
    for page in (alice, bob):
        await expect(
            page.get_by_role("region", name="Thread").get_by_role("button", name="Approve")
        ).to_be_visible()

    await bob.get_by_role("region", name="Thread").get_by_role("button", name="Approve").click()

    for page in (alice, bob):
        await expect(page.get_by_role("region", name="Thread").get_by_text("Approved by")).to_be_visible()


async def test_a_guest_is_notified_why_and_nobody_else_sees_it(ws: LocalWorkspace, visit: Visit) -> None:
    gus, alice = await visit(ws, "gus"), await visit(ws, "alice")
    await writes(alice, "Message #general", "@bot refund Hofmann")
    await gus.get_by_role("link", name="1 reply").click()

    await gus.get_by_role("region", name="Thread").get_by_role("button", name="Approve").click()

    await expect(gus.get_by_role("article", name="Only visible to you")).to_contain_text(
        "Guests may not decide"
    )
    await expect(
        alice.get_by_role("region", name="Thread").get_by_role("button", name="Approve")
    ).to_be_visible()
    await expect(alice.get_by_text("Guests may not decide")).to_have_count(0)
    await gus.get_by_role("button", name="Dismiss").click()
    await expect(gus.get_by_text("Guests may not decide")).to_have_count(0)


async def test_a_form_says_what_is_wrong_with_a_field_and_then_takes_it(
    ws: LocalWorkspace, visit: Visit
) -> None:
    page = await visit(ws, "alice")
    await writes(page, "Message #general", "@bot refund Hofmann")
    await page.get_by_role("button", name="Edit", exact=True).click()
    form = page.get_by_role("dialog", name="Edit the refund")
    amount = form.get_by_label("Amount")
    await expect(amount).to_have_value("12")

    await amount.fill("")
    await form.get_by_role("button", name="Approve with changes").click()
    await expect(form.get_by_text("Please complete this required field.")).to_be_visible()
    await amount.fill("200")
    await expect(form.get_by_text("Please complete this required field.")).to_have_count(0)
    await form.get_by_role("button", name="Approve with changes").click()
    await expect(form.get_by_role("alert").filter(has_text="No more than 100.")).to_be_visible()
    await expect(amount).to_have_attribute("aria-invalid", "true")
    await amount.fill("20")
    await form.get_by_label("Currency").select_option("USD")
    await form.get_by_label("Reviewer").press_sequentially("Ad")
    await expect(form.locator("option[value='Adam']")).to_be_attached()
    await form.get_by_label("Reviewer").fill("Adam")
    await amount.press("Enter")

    await expect(form).to_have_count(0)
    await expect(page.get_by_role("region", name="Thread").get_by_text("with changes")).to_be_visible()
    (sent,) = ws.log.attempts("view_submission")[-1:]
    values = sent.body["view"]["state"]["values"]
    assert values["/currency"]["value"]["selected_option"]["value"] == "USD"
    assert values["/reviewer"]["value"]["selected_option"]["value"] == "adam"


async def test_escape_closes_a_form_and_a_dangerous_press_is_asked_about(
    ws: LocalWorkspace, visit: Visit
) -> None:
    page = await visit(ws, "alice")
    await writes(page, "Message #general", "@bot refund Hofmann")
    await page.get_by_role("button", name="Edit", exact=True).click()
    await expect(page.get_by_role("dialog", name="Edit the refund")).to_be_visible()
    await expect(page.get_by_label("Amount")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Edit", exact=True)).to_be_focused()
    assert ws.alice.modal is None

    await page.get_by_role("button", name="Reject", exact=True).click()
    await page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Keep").click()
    assert ws.log.attempts("block_actions")[-1].body["actions"][0]["action_id"] == "approval:edit"
    await page.get_by_role("button", name="Reject", exact=True).click()
    await page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Reject it").click()
    await expect(page.get_by_text("Rejected by")).to_be_visible()


async def test_a_slash_command_is_offered_and_its_thread_opens(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    box = page.get_by_role("combobox", name="Message #general")
    await box.press_sequentially("/ag")
    await expect(page.get_by_role("option", name="/agent")).to_be_visible()
    await box.press("Enter")
    await expect(box).to_have_value("/agent ")
    await box.press("Enter")
    await expect(page.get_by_text("Usage:")).to_be_visible()

    await writes(page, "Message #general", "/agent refund Meyer")

    thread = page.get_by_role("region", name="Thread")
    await expect(thread.get_by_role("button", name="Approve")).to_be_visible()
    await writes(page, "Reply", "/agent again")
    await expect(page.get_by_text("do not work in threads")).to_be_visible()


async def test_the_whole_way_by_keyboard(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    await page.get_by_role("combobox", name="Message #general").focus()
    await page.keyboard.type("@bot refund Hofmann")
    await page.keyboard.press("Enter")
    approve = page.get_by_role("region", name="Thread").get_by_role("button", name="Approve")
    await expect(approve).to_be_visible()

    for _ in range(60):
        if await approve.evaluate("button => button === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    outline = await approve.evaluate("button => getComputedStyle(button).outlineStyle")
    assert outline != "none", "the focus has to be seen"
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("Approved by")).to_be_visible()


async def test_home_and_a_message_shortcut(ws: LocalWorkspace, visit: Visit) -> None:
    from slack_local.page.app_info import AppInfo, Shortcut

    ws.page.context.app_info = AppInfo(shortcuts=(Shortcut(callback_id="app:card", name="Show its card"),))
    page = await visit(ws, "bob")
    await page.get_by_role("link", name="Home").click()
    await expect(page.get_by_role("heading", name="What waits")).to_be_visible()
    await expect(page.get_by_text("Nothing, @Bob Berger.")).to_be_visible()

    await page.get_by_role("link", name="general").click()
    await writes(page, "Message #general", "no mention here")
    message = page.get_by_role("article").filter(has_text="no mention here")
    await message.hover()
    await message.get_by_role("button", name="More").click()
    await message.get_by_role("button", name="Show its card").click()
    await expect(page.get_by_text("You asked about")).to_be_visible()


async def test_a_global_shortcut_is_offered_where_commands_are(ws: LocalWorkspace, visit: Visit) -> None:
    from slack_local.page.app_info import AppInfo, Shortcut

    ws.page.context.app_info = AppInfo(
        shortcuts=(
            Shortcut(callback_id="app:card", name="Show its card"),
            Shortcut(callback_id="app:all", name="Show all cards", everywhere=True),
        )
    )
    page = await visit(ws, "bob")
    await writes(page, "Message #general", "no mention here")
    await page.get_by_role("article").filter(has_text="no mention here").hover()
    await page.get_by_role("link", name="Reply in thread").click()
    box = page.get_by_role("combobox", name="Reply")
    await box.press_sequentially("/sho")
    await expect(page.get_by_role("option")).to_have_text([re.compile("Show all cards")])
    await box.press("Enter")
    await ws.slack.changes.wait_for(
        "deliveries", lambda: ws.log.attempts("shortcut"), limit=8, what="the shortcut"
    )
    assert ws.log.attempts("shortcut")[0].body["callback_id"] == "app:all"
    await expect(box).to_have_value("")


async def test_somebody_new_is_known_to_pages_that_are_open(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "bob")
    dora = ws.add_person("dora", real_name="Dora Dahl")
    await dora.says("#general", "hello @bob")
    message = page.get_by_role("article").filter(has_text="hello")
    await expect(message).to_contain_text("Dora Dahl")
    await page.get_by_role("button", name="Change person").click()
    await expect(page.locator(".people-pick", has_text="Dora Dahl")).to_be_visible()


async def test_stop_while_the_app_works(ws: LocalWorkspace, visit: Visit, web_client: AsyncWebClient) -> None:
    page = await visit(ws, "bob")
    await writes(page, "Message #general", "@bot refund Hofmann")
    thread = page.get_by_role("region", name="Thread")
    await expect(thread.get_by_role("button", name="Approve")).to_be_visible()
    (root,) = ws.slack.state.channels[ws.channel_id("general")].timeline
    where = {"channel_id": ws.channel_id("general"), "thread_ts": root}
    await web_client.api_call("agents.sessions.setStatus", params={**where, "status": "processing"})
    await thread.get_by_role("button", name="Stop").click()
    await ws.slack.changes.wait_for(
        "deliveries", lambda: ws.log.attempts("agent_session_stopped"), limit=8, what="the Stop"
    )
    await web_client.api_call("agents.sessions.setStatus", params={**where, "status": "active"})
    await expect(thread.get_by_role("button", name="Stop")).to_have_count(0)


@pytest.mark.parametrize(("width", "way_out"), [(1360, "Close the thread"), (390, "Back to the channel")])
async def test_a_line_above_the_page_covers_nothing(
    ws: LocalWorkspace, visit: Visit, width: int, way_out: str
) -> None:
    page = await visit(ws, "bob", width=width)
    await writes(page, "Message #general", "@bot refund Hofmann")
    ws.page.context.show_banner("The graph could not be loaded:\nSyntaxError")
    await expect(page.get_by_role("alert").filter(has_text="could not be loaded")).to_be_visible()
    await page.get_by_label(way_out).click()
    await expect(page.get_by_role("region", name="#general")).to_be_visible()
    await expect(page.get_by_role("combobox", name="Message #general")).to_be_in_viewport(ratio=1)


async def test_a_line_above_every_page(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "bob")
    ws.page.context.show_banner("The graph could not be loaded:\nSyntaxError")
    await expect(page.get_by_role("alert").filter(has_text="could not be loaded")).to_be_visible()
    late = await visit(ws, "alice")
    await expect(late.get_by_role("alert").filter(has_text="could not be loaded")).to_be_visible()
    ws.page.context.show_banner("")
    await expect(page.get_by_text("could not be loaded")).to_have_count(0)


async def test_what_the_app_suggests_in_direct_messages_is_sent_by_a_press(
    ws: LocalWorkspace, visit: Visit, web_client: AsyncWebClient
) -> None:
    page = await visit(ws, "carol")
    await page.get_by_role("navigation").get_by_role("link", name="Bot", exact=True).click()
    await expect(page.get_by_role("combobox", name="Message Bot")).to_be_visible()
    (opened,) = [each for each in ws.log.attempts() if each.name == "app_home_opened"]
    assert opened.body["event"]["tab"] == "messages"
    await web_client.api_call(
        "assistant.threads.setSuggestedPrompts",
        json={
            "channel_id": opened.body["event"]["channel"],
            "title": "Start with",
            "prompts": [{"title": "Pay a refund", "message": "refund Hofmann"}],
        },
    )
    prompts = page.get_by_role("region", name="Start with")
    await prompts.get_by_role("button", name="Pay a refund").click()
    thread = page.get_by_role("region", name="Thread")
    await expect(thread.get_by_role("article").first).to_contain_text("refund Hofmann")


async def test_the_state_of_an_agents_session_is_beside_its_thread(
    ws: LocalWorkspace, visit: Visit, web_client: AsyncWebClient
) -> None:
    thread = await ws.carol.says("general", "tidy up")
    page = await visit(ws, "carol")
    await page.goto(f"{ws.address}/#/{thread.channel}/{thread.ts}")
    pane = page.get_by_role("region", name="Thread")
    for status, words in (
        ("processing", "working"),
        ("suspended", "waiting for a person"),
        ("closed", "ended"),
    ):
        await web_client.api_call(
            "agents.sessions.setStatus",
            json={"channel_id": thread.channel, "thread_ts": thread.ts, "status": status},
        )
        await expect(pane.get_by_text(words, exact=True)).to_be_visible()
