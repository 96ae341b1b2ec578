"""What people write in the page: editing, deleting, reactions, and files."""

import base64

from playwright.async_api import FilePayload, expect

from slack_local.workspace import LocalWorkspace
from tests.browser.conftest import Visit, writes

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)  # a picture of one pixel


async def test_ones_own_message_is_edited_reacted_to_and_deleted(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "bob")
    await writes(page, "Message #general", "no mention hear")
    message = page.get_by_role("log").get_by_role("article").first
    await message.hover()
    await message.get_by_role("button", name="React with eyes").click()
    await expect(message.get_by_role("button", name="👀 1")).to_be_visible()
    await message.get_by_role("button", name="More").click()
    await message.get_by_role("button", name="Edit").click()
    await message.get_by_label("Edit the message").fill("no mention here")
    await message.get_by_label("Edit the message").press("Enter")
    await expect(message).to_contain_text("no mention here")
    await expect(message).to_contain_text("(edited)")
    await message.get_by_role("button", name="More").click()
    await message.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("no mention here")).to_have_count(0)


async def test_an_edit_starts_from_what_was_typed(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "bob")
    typed = "R&D <soon>, @alice: https://x.example/?a=1&b=2"
    await writes(page, "Message #general", typed)
    message = page.get_by_role("log").get_by_role("article").first
    await message.hover()
    (sent,) = ws.slack.state.channels[ws.channel_id("general")].messages.values()
    before = sent.text
    await message.get_by_role("button", name="More").click()
    await message.get_by_role("button", name="Edit").click()
    box = message.get_by_label("Edit the message")
    await expect(box).to_have_value(typed)
    await box.press("Enter")
    await expect(message).to_contain_text("(edited)")
    assert sent.text == before


async def test_a_file_in_a_message_is_fetched(ws: LocalWorkspace, visit: Visit) -> None:
    await ws.alice.says("#general", "look", files={"a & b.html": b"<b>hello</b>"})
    page = await visit(ws, "bob")
    async with page.expect_download() as fetched:
        await page.get_by_role("link", name="a & b.html").click()
    assert (await fetched.value).suggested_filename == "a & b.html"


async def test_a_second_press_takes_a_reaction_back(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "bob")
    await writes(page, "Message #general", "no mention here")
    message = page.get_by_role("log").get_by_role("article").first
    await message.hover()
    await message.get_by_role("button", name="React with eyes").click()
    await message.get_by_role("button", name="👀 1").click()
    await expect(message.get_by_role("button", name="👀 1")).to_have_count(0)


async def test_files_are_attached_shown_and_sent_with_a_message(ws: LocalWorkspace, visit: Visit) -> None:
    page = await visit(ws, "alice")
    composer = page.locator("form.composer").first
    picker = composer.get_by_label("Attach files")
    await picker.set_input_files(
        [
            FilePayload(name="dot.png", mimeType="image/png", buffer=DOT),
            FilePayload(name="wrong.txt", mimeType="text/plain", buffer=b"no"),
            FilePayload(name="rows.csv", mimeType="text/csv", buffer=b"a;b"),
        ]
    )
    await composer.get_by_role("button", name="Remove wrong.txt").click()
    await writes(page, "Message #general", "look at these")

    message = page.get_by_role("log").get_by_role("article").last
    await expect(message.get_by_role("link", name="rows.csv")).to_be_visible()
    picture = message.get_by_role("link", name="dot.png").locator("img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.naturalWidth") == 1
    sent = ws.slack.state.channels["C0GENERAL0"].messages
    (shared,) = [m for m in sent.values() if m.files]
    assert [file["name"] for file in shared.files] == ["dot.png", "rows.csv"]
    assert shared.subtype == "file_share"
    await expect(composer.get_by_role("button", name="Remove rows.csv")).to_be_hidden()


async def test_a_file_goes_without_words_and_a_page_in_its_place_is_not_shown(
    ws: LocalWorkspace, visit: Visit
) -> None:
    page = await visit(ws, "alice")
    composer = page.locator("form.composer").first
    script = FilePayload(name="a.png", mimeType="image/png", buffer=b"<svg onload='alert(1)'/>")
    await composer.get_by_label("Attach files").set_input_files([script])
    await composer.get_by_role("button", name="Send").click()

    link = page.get_by_role("log").get_by_role("article").last.get_by_role("link", name="a.png")
    await expect(link).to_be_visible()
    assert await link.locator("img").evaluate("image => image.naturalWidth") == 0
