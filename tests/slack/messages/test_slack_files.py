"""Downloading what people shared: from Slack's own hosts alone, within limits, no page for a file."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from countersign.flow.errors import RateLimited
from countersign.flow.files.errors import FileNotRead
from countersign.flow.files.shared_file import SharedFile
from countersign.slack.files.event_files import file_from, files_of
from countersign.slack.files.slack_files import SlackFiles
from countersign.slack.transport.outbound.web_api import WebApi, Workspace, open_web

TOKEN = "xoxb-of-the-test"
WORKSPACE = Workspace(
    team="T1", url="https://t.slack.com/", bot_user="U1", bot_id="B1", scopes=frozenset({"files:read"})
)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def slack_that(
    answers: Answer, workspace: Workspace = WORKSPACE
) -> AsyncIterator[tuple[SlackFiles, str]]:
    """A Slack whose files are answered so, and the address of one."""
    application = web.Application()
    application.router.add_get("/files-pri/{rest:.*}", answers)
    application.router.add_post("/api/files.info", answers)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = site.name
    try:
        async with open_web(f"{address}/api/", TOKEN) as client:
            yield (
                SlackFiles(WebApi(client), workspace, pause=0.01),
                f"{address}/files-pri/T1-F1/download/a.txt",
            )
    finally:
        await runner.cleanup()


async def downloaded(answers: Answer, file: SharedFile | None = None, limit: int = 100) -> bytes:
    async with slack_that(answers) as (files, url):
        return await files.download(replace(file or SharedFile(id="F1", mime="text/plain"), url=url), limit)


async def test_the_content_comes_for_the_bots_token() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=request.headers["Authorization"])

    assert await downloaded(answer) == f"Bearer {TOKEN}".encode()


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com.evil.test/files-pri/T1-F1/a",
        "https://evil.test/files.slack.com/a",
        "https://files.slack.com@evil.test/a",
        "https://evil.test\\@files.slack.com/a",
        "https://someone:else@files.slack.com/a",
        "http://files.slack.com/a",
        "https://files.slack.com:8443/a",
        "https://slack.com.evil.test/a",
        "https://evilslack.com/a",
        "https://slack-files.com/a",
        "file:///etc/passwd",
        "http://127.0.0.1:1/files-pri/a",
        "//files.slack.com/a",
        "",
        "https://[",
    ],
)
async def test_the_token_goes_to_slack_alone(url: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        raise AssertionError("nothing of this is requested")

    async with slack_that(answer) as (files, _):
        with pytest.raises(FileNotRead, match="isn't stored in Slack"):
            await files.download(SharedFile(id="F1", url=url), 100)


async def test_no_redirect_is_followed() -> None:
    followed = []

    async def answer(request: web.Request) -> web.Response:
        if "elsewhere" in request.path:
            followed.append(request.path)
        return web.Response(status=302, headers={"Location": "/files-pri/elsewhere"})

    with pytest.raises(FileNotRead, match="files:read"):
        await downloaded(answer)
    assert followed == []


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "files:read"), (403, "doesn't let me"), (404, "deleted"), (410, "deleted")]
)
async def test_a_refusal_is_not_tried_again(status: int, reason: str) -> None:
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status)

    with pytest.raises(FileNotRead, match=reason):
        await downloaded(answer)
    assert len(asked) == 1


async def test_what_slack_did_not_answer_in_full_is_tried_again() -> None:
    attempts = []

    async def answer(request: web.Request) -> web.StreamResponse:
        attempts.append(request.path)
        if len(attempts) == 1:
            return web.Response(status=503)
        if len(attempts) == 2:
            cut_off = web.StreamResponse(headers={"Content-Length": "50"})
            await cut_off.prepare(request)
            await cut_off.write(b"the beginning")
            assert request.transport is not None
            request.transport.close()
            return cut_off
        return web.Response(body=b"whole")

    assert await downloaded(answer) == b"whole"

    async def never(_: web.Request) -> web.Response:
        return web.Response(status=500)

    with pytest.raises(FileNotRead, match="Send it again"):
        await downloaded(never)


async def test_a_limit_of_slacks_is_waited_for() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "7"})

    with pytest.raises(RateLimited) as limited:
        await downloaded(answer)
    assert limited.value.seconds == 7


@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_that_is_larger_than_slack_said_is_not_read_to_its_end(announced: bool) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if announced:
            return web.Response(body=b"x" * 101)
        endless = web.StreamResponse()
        await endless.prepare(request)
        try:
            while True:
                await endless.write(b"x" * 10_000)
        except ConnectionError:
            return endless

    with pytest.raises(FileNotRead, match="has more than"):
        await downloaded(answer)


SIGN_IN = b"<!DOCTYPE html><html><head><title>Sign in to Slack</title></head></html>"


async def test_the_sign_in_page_is_no_file() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=SIGN_IN, content_type="text/html")

    shared = SharedFile(id="F1", mime="text/html", size=len(SIGN_IN))
    assert await downloaded(answer, shared) == SIGN_IN  # somebody shared a page
    for other in (
        replace(shared, size=5),
        replace(shared, size=None),
        replace(shared, mime="image/png", size=9),
    ):
        with pytest.raises(FileNotRead, match="files:read"):
            await downloaded(answer, other)


async def test_without_the_scope_nothing_is_asked() -> None:
    async def answer(_: web.Request) -> web.Response:
        raise AssertionError("nothing of this is requested")

    async with slack_that(answer, replace(WORKSPACE, scopes=frozenset({"chat:write"}))) as (files, url):
        for read in (files.download(SharedFile(id="F1", url=url), 9), files.describe(SharedFile(id="F1"))):
            with pytest.raises(FileNotRead, match="files:read"):
                await read


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("file_not_found", "deleted"),
        ("file_deleted", "deleted"),
        ("access_denied", "doesn't let me"),
        ("missing_scope", "files:read"),
        ("team_access_not_granted", "Send it again"),
    ],
)
async def test_a_file_that_slack_will_not_describe_is_left_out(error: str, reason: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"ok": False, "error": error})

    async with slack_that(answer) as (files, _):
        with pytest.raises(FileNotRead, match=reason):
            await files.describe(SharedFile(id="F1"))


def test_an_events_file_object_is_read_with_care() -> None:
    hosted = {
        "id": "F1",
        "name": "two\nlines.png",
        "mimetype": "Image/PNG; x=y",
        "size": 12,
        "mode": "hosted",
        "url_private": "https://files.slack.com/files-pri/a",
        "url_private_download": "https://files.slack.com/files-pri/download/a",
    }
    assert file_from(hosted) == SharedFile(
        id="F1",
        name="two lines.png",
        mime="image/png",
        size=12,
        url="https://files.slack.com/files-pri/download/a",
    )
    assert file_from({"id": "F1", "file_access": "check_file_info"}) == SharedFile(id="F1")
    assert file_from({**hosted, "file_access": "check_file_info"}).url == ""
    assert file_from({**hosted, "mode": "external", "is_external": True}).url == ""
    assert file_from({"id": "F1", "mode": "tombstone"}).deleted
    assert file_from({"id": "F1", "mode": "hidden_by_limit"}).deleted
    assert file_from({**hosted, "name": None, "title": "A title"}).name == "A title"
    assert file_from({**hosted, "size": True}).size is None
    assert file_from({**hosted, "size": -1}).size is None
    assert file_from("nonsense") == SharedFile()
    assert files_of({"files": None}) == []
    assert [file.id for file in files_of({"files": [hosted, 1]})] == ["F1", ""]
