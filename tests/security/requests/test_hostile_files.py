"""Files with a hostile description or address: the bot's token stays with Slack, and nothing else is read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from slack_local.people.threads import Thread
from tests.support.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = b"the words of another host"
NOT_SLACKS = "It isn't stored in Slack."


@dataclass
class ForeignHost:
    """A web server that is not Slack's, and what it was sent."""

    port: int = 0
    requests: list[tuple[str, str | None]] = field(default_factory=list)  # the path, the token

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append((request.path, request.headers.get("Authorization")))
        return web.Response(body=SECRET)


@asynccontextmanager
async def foreign_host() -> AsyncIterator[ForeignHost]:
    host = ForeignHost()
    application = web.Application()
    application.router.add_get("/{path:.*}", host.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host.port = int(site.name.rpartition(":")[2])
    try:
        yield host
    finally:
        await runner.cleanup()


async def shares(
    stage: Stage, content: bytes, *, redirects_to: str | None = None, **described: Any
) -> Thread:
    """A file of carol's whose description says something else, shared with a mention."""
    shown = await stage.ws.carol.uploads("notes.txt", content)
    file = stage.ws.slack.state.files[shown["id"]]
    file.described, file.redirects_to = described, redirects_to
    bot = stage.ws.slack.bot.name
    return await stage.ws.carol.says("#general", f"@{bot} say: read it", uploaded=[file.id])


async def is_told(stage: Stage, thread: Thread, reason: str) -> None:
    note = await thread.wait_for("I couldn't pass on everything", limit=20)
    assert reason in note.text
    await thread.wait_until(lambda: stage.noted(thread), what="the graph to hear the message")
    (noted,) = stage.noted(thread)
    assert noted["heard"] == "read it\n[File not read: notes.txt]"


ADDRESSES = [
    "http://127.0.0.1:{port}/files-pri/T1-F1/notes.txt",
    "https://127.0.0.1:{port}/files-pri/T1-F1/notes.txt",
    "http://localhost:{port}/notes.txt",
    "http://files.slack.com@127.0.0.1:{port}/notes.txt",
    "http://127.0.0.1:{port}\\@files.slack.com/notes.txt",
    "http://files.slack.com.localhost:{port}/notes.txt",
    "https://files.slack.com:{port}/notes.txt",
    "http://files.slack.com/notes.txt",
    "https://files.sl\u0430ck.com/notes.txt",
    "https://files.slack.com.evil.example/notes.txt",
    "https://evil-slack.com/notes.txt",
    "{slack}@127.0.0.1:{port}/notes.txt",
]


async def test_no_address_of_another_host_gets_the_token(either: Stage) -> None:
    async with foreign_host() as host:

        async def one(address: str) -> None:
            url = address.format(port=host.port, slack=either.ws.slack.address)
            thread = await shares(either, b"words", url_private=url, url_private_download=url)
            await is_told(either, thread, NOT_SLACKS)

        await asyncio.gather(*map(one, ADDRESSES))

    assert host.requests == []


async def test_an_address_that_leads_elsewhere_is_not_followed(either: Stage) -> None:
    async with foreign_host() as host:
        thread = await shares(either, b"words", redirects_to=f"http://127.0.0.1:{host.port}/files-pri/a")
        await is_told(either, thread, "files:read")

    assert host.requests == []


async def test_a_file_that_is_larger_than_it_says_is_not_read_to_its_end(either: Stage) -> None:
    thread = await shares(either, b"x" * (2 << 20), size=5)

    await is_told(either, thread, "has more than")


async def test_a_picture_that_says_it_is_text_is_not_passed_on_as_text(either: Stage) -> None:
    thread = await shares(either, b"\x89PNG\r\n\x1a\n and so on", mimetype="text/plain")

    await is_told(either, thread, "This agent's model isn't known to read images.")


async def test_a_page_that_says_it_is_a_picture_is_not_passed_on(either: Stage) -> None:
    thread = await shares(either, b"<html>Sign in</html>", mimetype="image/png", name="notes.txt")

    await is_told(either, thread, "isn't known to read images")


async def test_a_description_that_makes_no_sense_is_told(either: Stage) -> None:
    nonsense: dict[str, Any] = {
        "url_private": ["https://[", 7],
        "url_private_download": {"a": 1},
        "size": "9",
    }
    thread = await shares(either, b"words", **nonsense)

    await is_told(either, thread, NOT_SLACKS)
