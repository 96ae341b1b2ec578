"""Images of graphs as files in Slack: once, within limits, and never fetched from elsewhere."""

import base64
from dataclasses import replace

import pytest

from countersign.approvals.json import Json
from countersign.flow.messages.outgoing import FILE_LIMIT, Outgoing, OutgoingKind
from countersign.slack.files.outgoing_file import UnusableFile, outgoing_file
from slack_local.fault_injection import ApiFault
from slack_local.people.threads import Thread
from tests.slack.conftest import Bot

PNG = b"\x89PNG\r\n\x1a\n and so on"


def image_row(thread: Thread, body: Json) -> Outgoing:
    return Outgoing(
        key="image:message:m1:1",
        kind=OutgoingKind.FILE,
        team="T0LOCAL001",
        channel=thread.channel,
        thread_ts=thread.ts,
        body=body,
    )


def encoded(content: bytes = PNG) -> str:
    return base64.b64encode(content).decode()


async def test_a_second_attempt_finds_the_file_of_the_first(bot: Bot) -> None:
    thread = await bot.ws.carol.mentions("draw")
    row = image_row(thread, {"mime": "image/png", "data": encoded()})

    first = await bot.context.client.post(row, None)
    second = await bot.context.client.post(replace(row, attempts=1), None)

    assert first == second
    (shared,) = thread.from_bot()
    assert bot.ws.slack.state.files[shared.files[0]["id"]].content == PNG


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_an_image_that_slack_refuses_is_reported_and_holds_up_nothing(bot: Bot, method: str) -> None:
    thread = await bot.ws.carol.mentions("draw")
    bot.ws.faults.on_call(method, ApiFault.ERROR, error="missing_scope")

    await bot.context.client.post(image_row(thread, {"mime": "image/png", "data": encoded()}), None)

    (said,) = thread.from_bot()
    assert "files:write" in said.text
    assert said.files == []


@pytest.mark.parametrize(
    ("body", "extension"),
    [
        ({"mime": "image/jpeg", "data": encoded()}, "jpg"),
        ({"mime": "", "data": encoded()}, "png"),
        ({"mime": "text/html", "data": encoded(b"<script>")}, "bin"),
        ({"mime": "image/png", "data": encoded().rstrip("=")}, "png"),
        ({"mime": "image/png", "data": "\n".join(encoded())}, "png"),
    ],
)
def test_a_file_is_named_by_its_type_or_its_content(body: dict[str, Json], extension: str) -> None:
    file = outgoing_file("k", body)

    assert file.name.endswith(f".{extension}")
    assert file.name == outgoing_file("k", body).name != outgoing_file("other", body).name


@pytest.mark.parametrize(
    ("name", "mime", "title"),
    [
        ("bill.pdf", "application/pdf", "bill.pdf"),
        ("../../etc/a/bill.pdf", "application/pdf", "bill.pdf"),
        ("C:\\temp\\bill.pdf", "application/pdf", "bill.pdf"),
        ("two\nlines\u202e.csv", "text/csv", "twolines.csv"),
        ("bill", "application/pdf", "bill.pdf"),
        ("", "application/pdf", "file.pdf"),
        ("...", "image/png", "image.png"),
        ("n" * 200 + ".csv", "text/csv", "n" * 80 + ".csv"),
        ("", "application/x-unheard-of", "file.bin"),
    ],
)
def test_people_see_the_agents_name_for_a_file(name: str, mime: str, title: str) -> None:
    body: dict[str, Json] = {"name": name, "mime": mime, "data": encoded(b"x")}
    file = outgoing_file("k", body)

    assert file.title == title
    stem, _, ending = title.rpartition(".")
    assert file.name.startswith(f"{stem}-")
    assert file.name.endswith(f".{ending}")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": "!!"},
        {"data": ""},
        {"data": None},
        {"data": "A" * (FILE_LIMIT * 3 // 2)},
        {"size": FILE_LIMIT + 1},
    ],
)
def test_what_cannot_be_posted_says_why(body: dict[str, Json]) -> None:
    with pytest.raises(UnusableFile, match=r"too large|not base64"):
        outgoing_file("k", body)
