"""The page is for this machine and for those who have its token, and shows every text as text."""

from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, expect
from slack_sdk.web.async_client import AsyncWebClient

from slack_local.workspace import LocalWorkspace
from tests.browser.conftest import Visit, writes

HOSTILE = "<img src=x onerror=alert(1)> <script>alert(2)</script> javascript:alert(3) &lt;b&gt; &amp;amp;"


def token_of(ws: LocalWorkspace) -> str:
    return ws.page_url.partition("token=")[2]


async def test_without_the_token_there_is_no_page_and_no_control(ws: LocalWorkspace) -> None:
    act = {"as": "bob", "do": "say", "channel": ws.channel_id("general"), "text": "hello"}
    async with aiohttp.ClientSession() as anyone:
        for address in (f"{ws.address}/", f"{ws.address}/?token=wrong"):
            async with anyone.get(address) as answer:
                assert answer.status == 403
                assert "Open the address that was printed" in await answer.text()
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Origin": ws.address}):
            async with anyone.post(f"{ws.address}/page/do", json=act, headers=headers) as answer:
                assert answer.status == 403
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await anyone.ws_connect(f"{ws.address}/page/live", headers=headers)
            assert refused.value.status == 403
    assert ws.slack.state.channels[ws.channel_id("general")].messages == {}


async def test_the_cookie_counts_only_from_the_page_itself(ws: LocalWorkspace) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as visitor:
        async with visitor.get(ws.page_url) as answer:
            assert answer.status == 200
            assert "token" not in str(answer.url)
            (given,) = answer.history[0].cookies.values()
            assert (given["httponly"], given["samesite"]) == (True, "Strict")
        # A page on another port of this machine is "same site", so its requests carry the cookie.
        for origin, status in (
            (ws.address, None),
            ("http://127.0.0.1:1", 403),
            ("https://evil.example", 403),
            ("", 403),
        ):
            headers = {"Origin": origin} if origin else {}
            if status is None:
                async with visitor.ws_connect(f"{ws.address}/page/live", headers=headers) as socket:
                    assert (await socket.receive_json())["type"] == "hello"
                continue
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await visitor.ws_connect(f"{ws.address}/page/live", headers=headers)
            assert refused.value.status == status


async def test_a_file_is_for_those_who_have_the_page(ws: LocalWorkspace) -> None:
    thread = await ws.alice.says("#general", "look", files={"a.html": b"<script>alert(1)</script>"})
    (file,) = thread.messages()[0].files
    address = f"{ws.address}/page/file/{file['id']}"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as visitor:
        async with visitor.get(address) as answer:
            assert answer.status == 403
        async with visitor.get(ws.page_url):
            pass
        async with visitor.get(address) as answer:
            assert await answer.read() == b"<script>alert(1)</script>"
            assert answer.content_type == "application/octet-stream"
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        async with visitor.get(f"{address}x") as answer:
            assert answer.status == 404


async def test_another_host_name_is_refused(ws: LocalWorkspace) -> None:
    async with aiohttp.ClientSession() as rebound:
        for path in ("/", f"/?token={token_of(ws)}", "/assets/page.js", "/page/live"):
            async with rebound.get(ws.address + path, headers={"Host": "evil.example"}) as answer:
                assert answer.status == 403


async def test_a_script_does_what_the_page_does(ws: LocalWorkspace) -> None:
    headers = {"Authorization": f"Bearer {token_of(ws)}"}
    general = ws.channel_id("general")
    async with aiohttp.ClientSession(headers=headers) as script:

        async def do(**act: object) -> tuple[int, dict[str, object]]:
            async with script.post(f"{ws.address}/page/do", json=act) as answer:
                return answer.status, await answer.json()

        status, said = await do(**{"as": "bob", "do": "say", "channel": general, "text": "hello"})
        assert (status, said["ok"]) == (200, True)
        assert ws.slack.state.thread(general, str(said["thread_ts"]))[0].user == ws.bob.id
        assert (await do(**{"as": "bob", "do": "fly"}))[1]["error"] == "there is nothing called fly"
        assert (await do(**{"as": "eve", "do": "timeline", "channel": "D1"}))[0] == 400
        for bad in ({"as": "nobody", "do": "say"}, {"do": "say"}, {"as": ["bob"], "do": "say"}):
            assert (await do(**bad))[0] == 400
        async with script.post(f"{ws.address}/page/do", data="[1") as answer:
            assert answer.status == 400


async def test_nothing_from_outside_may_run_or_be_called(ws: LocalWorkspace) -> None:
    async with aiohttp.ClientSession() as visitor, visitor.get(ws.page_url) as answer:
        policy = dict(
            part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";")
        )
        page = await answer.text()
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["connect-src"] == f"'self' ws://{ws.address.removeprefix('http://')}"
    assert "http" not in page
    assert "<script>" not in page


async def test_texts_that_would_be_scripts_are_shown_as_texts(
    ws: LocalWorkspace, visit: Visit, web_client: AsyncWebClient
) -> None:
    page = await visit(ws, "alice")
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    await writes(page, "Message #general", HOSTILE)
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": escaped}},
        {"type": "header", "text": {"type": "plain_text", "text": "<b>bold</b>"}},
        {
            "type": "markdown",
            "text": "<img src=x onerror=alert(4)> [press](javascript:alert(5)) <script>alert(6)</script>",
        },
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "<javascript:alert(7)|press> ```<!channel> <b>```"},
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "<i>go</i>"},
                    "url": "javascript:alert(8)",
                }
            ],
        },
        {
            "type": "image",
            "image_url": "https://evil.example/pixel.png",
            "alt_text": '"><script>alert(9)</script>',
        },
    ]
    await web_client.chat_postMessage(channel=ws.channel_id("general"), text=escaped, blocks=blocks)

    posted = page.get_by_role("log").get_by_role("article").nth(1)
    await expect(posted.get_by_role("heading", name="<b>bold</b>")).to_be_visible()
    await expect(page.get_by_role("log").get_by_role("article").first).to_contain_text(HOSTILE)
    await expect(posted.locator(".block-section").first).to_contain_text(HOSTILE)
    await expect(posted.locator(".block-markdown")).to_contain_text("<script>alert(6)</script>")
    assert await posted.locator("img, script, a[href^='javascript']").count() == 0
    await posted.get_by_role("button", name="<i>go</i>").click()
    assert await page.evaluate("document.scripts.length") == 1


async def test_a_stale_token_is_explained(ws: LocalWorkspace, chromium: Browser) -> None:
    page = await chromium.new_page()
    await page.goto(f"{ws.address}/?token=yesterday")
    await expect(page.get_by_text("Open the address that was printed")).to_be_visible()
