"""Inputs beyond a text: external selects, files, and menus and pickers by keyboard."""

import re
from typing import Any

from playwright.async_api import Page, expect
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.workspace import LocalWorkspace
from tests.browser.conftest import Visit
from tests.slack_local.conftest import over_socket

Obj = dict[str, Any]


def option(word: str) -> Obj:
    return {"text": {"type": "plain_text", "text": word}, "value": word.lower()}


async def reviewers(ack: Any, payload: Obj) -> None:
    await ack(options=[option(name) for name in ("Ada", "Adam", "Ben") if payload["value"] in name])


async def take(ack: Any) -> None:
    await ack()


def asking_app(ws: LocalWorkspace) -> AsyncApp:
    app = AsyncApp(
        client=AsyncWebClient(token=ws.bot_token, base_url=ws.api_url), signing_secret=ws.signing_secret
    )
    app.options("value")(reviewers)
    app.action(re.compile("."))(take)
    app.view("asks")(take)
    return app


async def opens(web_client: AsyncWebClient, ws: LocalWorkspace, element: Obj, **more: Any) -> None:
    """Open a form of one input before Alice."""
    block = {
        "type": "input",
        "block_id": "/asked",
        "label": {"type": "plain_text", "text": "Asked"},
        "element": {"action_id": "value", **element},
        **more,
    }
    await web_client.views_open(
        trigger_id=ws.slack.new_trigger(ws.alice.id),
        view={
            "type": "modal",
            "callback_id": "asks",
            "title": {"type": "plain_text", "text": "A form"},
            "submit": {"type": "plain_text", "text": "Send"},
            "blocks": [block],
        },
    )


async def sent(page: Page, ws: LocalWorkspace) -> Obj:
    """What the app hears of the input once the form is sent."""
    await page.get_by_role("dialog").get_by_role("button", name="Send").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    (attempt,) = ws.log.attempts("view_submission")
    held: Obj = attempt.body["view"]["state"]["values"]["/asked"]["value"]
    return held


async def test_several_options_are_searched_for_and_taken_away(bare_ws: LocalWorkspace, visit: Visit) -> None:
    web_client = AsyncWebClient(token=bare_ws.bot_token, base_url=bare_ws.api_url)
    async with over_socket(asking_app(bare_ws), bare_ws):
        page = await visit(bare_ws, "alice")
        element = {
            "type": "multi_external_select",
            "min_query_length": 1,
            "max_selected_items": 2,
            "initial_options": [option("Zoe")],
        }
        await opens(web_client, bare_ws, element)
        form = page.get_by_role("dialog")
        box = form.get_by_label("Asked")
        await box.press_sequentially("Ad")
        await expect(form.locator("option[value='Adam']")).to_be_attached()
        await box.press("Enter")  # no option yet: neither taken nor sent
        await box.fill("Adam")
        await box.press("Enter")
        await expect(form.get_by_role("button", name="Remove Adam")).to_be_visible()
        await expect(box).to_be_disabled()
        await form.get_by_role("button", name="Remove Zoe").click()
        await expect(form.get_by_role("button", name="Remove Zoe")).to_have_count(0)
        await expect(box).to_be_focused()
        await box.press_sequentially("Ada")
        await expect(form.locator("option[value='Ada']")).to_be_attached()
        await expect(form.get_by_role("button", name="Remove Ada", exact=True)).to_have_count(0)
        await box.press("Enter")
        await expect(form.get_by_role("button", name="Remove Ada", exact=True)).to_be_visible()

        held = await sent(page, bare_ws)
    assert [chosen["value"] for chosen in held["selected_options"]] == ["adam", "ada"]


async def test_a_file_goes_along_and_the_app_can_read_it(bare_ws: LocalWorkspace, visit: Visit) -> None:
    web_client = AsyncWebClient(token=bare_ws.bot_token, base_url=bare_ws.api_url)
    async with over_socket(asking_app(bare_ws), bare_ws):
        page = await visit(bare_ws, "alice")
        await opens(web_client, bare_ws, {"type": "file_input", "filetypes": ["txt"], "max_files": 2})
        form = page.get_by_role("dialog")
        picker = form.get_by_label("Asked")
        await picker.set_input_files({"name": "a.exe", "mimeType": "x/y", "buffer": b"no"})
        await expect(page.get_by_text("takes txt")).to_be_visible()
        for name in ("a.txt", "b.txt"):
            await picker.set_input_files({"name": name, "mimeType": "text/plain", "buffer": b"hello"})
            await expect(form.get_by_role("button", name=f"Remove {name}")).to_be_visible()
        await form.get_by_role("button", name="Remove a.txt").click()

        held = await sent(page, bare_ws)
        assert [file["name"] for file in held["files"]] == ["b.txt"]
        info = await web_client.files_info(file=held["files"][0]["id"])
    assert info["content"] == "hello"


async def test_a_choice_by_keyboard_is_sent_once(bare_ws: LocalWorkspace, visit: Visit) -> None:
    web_client = AsyncWebClient(token=bare_ws.bot_token, base_url=bare_ws.api_url)
    elements: list[Obj] = [
        {"type": "static_select", "options": [option(word) for word in ("One", "Two", "Three")]},
        {"type": "datepicker", "initial_date": "2026-11-20"},
        {"type": "overflow", "options": [option("Archive"), option("Erase")]},
    ]
    blocks = [{"type": "actions", "elements": [{"action_id": e["type"], **e} for e in elements]}]
    async with over_socket(asking_app(bare_ws), bare_ws):
        thread = await bare_ws.alice.says("#general", "choose")
        await web_client.chat_postMessage(
            channel=thread.channel, thread_ts=thread.ts, text="choose", blocks=blocks
        )
        page = await visit(bare_ws, "alice")
        await page.goto(f"{bare_ws.address}/#/{thread.channel}/{thread.ts}")
        await expect(page.locator("[data-action=overflow]")).to_be_visible()
        await page.locator("[data-action=static_select]").focus()
        for key in ("ArrowDown", "ArrowDown", "Enter"):
            await page.keyboard.press(key)
        await page.locator("[data-action=datepicker]").focus()
        await page.keyboard.type("12252026")
        await page.locator("[data-action=overflow]").focus()
        for key in ("ArrowDown", "ArrowDown", "Enter"):
            await page.keyboard.press(key)
        await bare_ws.slack.changes.wait_for(
            "deliveries",
            lambda: [a for a in pressed(bare_ws) if a["type"] == "overflow"],
            limit=8,
            what="the overflow menu's press",
        )
    told = [a.get("selected_date") or a["selected_option"]["value"] for a in pressed(bare_ws)]
    assert told == ["two", "2026-12-25", "erase"]


def pressed(ws: LocalWorkspace) -> list[Obj]:
    return [attempt.body["actions"][0] for attempt in ws.log.attempts("block_actions")]
