"""Files that people send along: what the graph gets of them, and what their writer is told of the others."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from slack_local.people.threads import Thread
from tests.support.place import Place
from tests.support.processes.bots import BotProcess
from tests.support.stage import Stage, open_stage

PNG = b"\x89PNG\r\n\x1a\n and so on"
PDF = b"%PDF-1.7 and so on"
OTHER_KIND = "I read text, PDF and images (PNG, JPEG, GIF, WebP)."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reader(place: Place) -> AsyncIterator[tuple[Stage, BotProcess]]:
    async with (
        open_stage(place.folder, place.url, mode=place.mode) as stage,
        stage.bot(FILES="text,images,pdf", START="everyone") as bot,
    ):
        yield stage, bot


@pytest.fixture
def reading(reader: tuple[Stage, BotProcess]) -> Stage:
    """A bot whose graphs get files of every kind, whatever their models are known to take."""
    return reader[0]


async def heard(stage: Stage, thread: Thread, times: int = 1) -> dict[str, object]:
    """What the probe noted of the message that it was given last."""
    await thread.wait_until(lambda: len(stage.noted(thread)) == times, what="the graph to hear the message")
    return stage.noted(thread)[-1]


async def test_files_reach_the_graph_as_content_blocks(reading: Stage) -> None:
    bot = reading.ws.slack.bot.name
    files = {"scan.png": PNG, "Q3 <b>.pdf": PDF, "rows.csv": "이름;금액".encode("euc_kr")}

    thread = await reading.ws.carol.says("#general", f"@{bot} say: sum this up", files=files)

    noted = await heard(reading, thread)
    assert noted == {
        "heard": "sum this up[File: scan.png][File: Q3 <b>.pdf][File: rows.csv, read as euc_kr]\n이름;금액",
        "blocks": [
            {"type": "image", "mime_type": "image/png", "base64": base64.b64encode(PNG).decode()},
            {
                "type": "file",
                "mime_type": "application/pdf",
                "base64": base64.b64encode(PDF).decode(),
                "extras": {"filename": "Q3 <b>.pdf"},
            },
        ],
    }
    await thread.wait_for("Heard.")
    assert not any("pass on" in message.text for message in thread.from_bot())


async def test_files_reach_it_from_replies_and_direct_messages_without_words_too(reading: Stage) -> None:
    thread = await reading.ws.carol.dms("say: hello")
    await heard(reading, thread)

    await reading.ws.carol.says(thread.channel, "", thread.ts, files={"scan.png": PNG})

    noted = await heard(reading, thread, 2)
    assert noted["heard"] == "[File: scan.png]"
    assert [block["type"] for block in noted["blocks"]] == ["image"]  # type: ignore[attr-defined]


async def test_of_twenty_files_ten_are_read_and_the_others_named(reading: Stage) -> None:
    bot = reading.ws.slack.bot.name
    files = {f"{n}.txt": b"x" for n in range(20)}

    thread = await reading.ws.carol.says("#general", f"@{bot} say: all", files=files)

    assert str((await heard(reading, thread))["heard"]).count("[File: ") == 10
    note = await thread.wait_for("I couldn't pass on everything")
    assert "19.txt: I read up to 10 files per message." in note.text


async def test_a_file_that_is_deleted_while_its_message_waits_is_told(reading: Stage) -> None:
    thread = await reading.asks({"wait_for": "deleted"})
    await reading.reached("deleted")
    await reading.ws.carol.says("#general", "and this", thread.ts, files={"scan.png": PNG})
    await reading.ws.carol.deletes_file(thread.messages()[-1], "scan.png")
    reading.release("deleted")

    await thread.wait_for("Heard: and this\n[File not read: scan.png]")
    note = await thread.wait_for("I couldn't pass on everything")
    assert "• scan.png: It was deleted." in note.text


@pytest.mark.parametrize("place", ["socket"], indirect=True, scope="module")  # one more start is enough
async def test_a_run_that_is_cut_off_gets_its_files_once_and_tells_of_the_others_once(
    reader: tuple[Stage, BotProcess],
) -> None:
    stage, bot = reader
    words = f"@{stage.ws.slack.bot.name} ask: {json.dumps({'wait_for': 'cut_off'})}"
    thread = await stage.ws.carol.says("#general", words, files={"a.png": PNG, "b.zip": b"PK"})
    await stage.reached("cut_off")
    await bot.kill()
    await bot.again()
    stage.release("cut_off")

    await thread.wait_for("Resumed.", limit=30)

    notes = [message.text for message in thread.from_bot() if "couldn't pass on" in message.text]
    assert notes == [
        f"I couldn't pass on everything that you sent:\n• b.zip: {OTHER_KIND}",
    ]
    assert len(stage.noted(thread)) == 1


async def test_files_of_another_workspace_are_looked_up(reading: Stage) -> None:
    bot = reading.ws.slack.bot.name
    before = len(reading.ws.log.calls())

    thread = await reading.ws.eve.says("#general", f"@{bot} say: look", files={"scan.png": PNG})

    noted = await heard(reading, thread)
    assert noted["heard"] == "look[File: scan.png]"
    assert [block["type"] for block in noted["blocks"]] == ["image"]  # type: ignore[attr-defined]
    assert "files.info" in {call.method for call in reading.ws.log.calls()[before:]}


async def test_an_app_without_the_scope_says_what_is_missing(reading: Stage) -> None:
    app = reading.ws.slack.app
    reading.ws.slack.app = replace(app, scopes=app.scopes - {"files:read"})
    try:
        bot = reading.ws.slack.bot.name
        thread = await reading.ws.carol.says("#general", f"@{bot} say: look", files={"scan.png": PNG})
        noted = await heard(reading, thread)
    finally:
        reading.ws.slack.app = app
    assert noted["heard"] == "look\n[File not read: scan.png]"
    note = await thread.wait_for("I couldn't pass on everything")
    assert "Ask your admin to add files:read." in note.text


async def test_a_model_gets_a_picture_in_the_form_that_its_api_has(reading: Stage) -> None:
    words = f"@{reading.ws.slack.bot.name} what is it?"

    thread = await reading.ws.carol.says("#general", words, files={"scan.png": PNG, "b.pdf": PDF})

    await thread.wait_for("I was given `scan.png`, `b.pdf`.")
    asked = [request["messages"][-1]["content"] for request in reading.model.requests]
    (content,) = [parts for parts in asked if isinstance(parts, list) and "what is it?" in parts[0]["text"]]
    assert [part["type"] for part in content] == ["text", "text", "image_url", "text", "file"]
    assert content[2]["image_url"]["url"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert content[4]["file"]["filename"] == "b.pdf"


async def test_what_is_not_passed_on_is_told_with_its_reason(either: Stage) -> None:
    bot = either.ws.slack.bot.name
    files = {"Q3 <b>.pdf": PDF, "scan.png": PNG, "b.csv": b"1", "empty.txt": b"", "a.zip": b"PK\x03\x04"}

    thread = await either.ws.carol.says("#general", f"@{bot} say: sum this up", files=files)

    noted = await heard(either, thread)
    assert noted["heard"] == (
        "sum this up\n[File not read: Q3 <b>.pdf]\n[File not read: scan.png]\n"
        "[File not read: empty.txt]\n[File not read: a.zip][File: b.csv]\n1"
    )
    note = await thread.wait_for("I couldn't pass on everything")
    assert note.text.split("\n")[1:] == [
        "• Q3 &lt;b&gt;.pdf: This agent's model isn't known to read PDF. Paste its text instead.",
        "• scan.png: This agent's model isn't known to read images.",
        "• empty.txt: It is empty.",
        f"• a.zip: {OTHER_KIND}",
    ]


async def test_texts_are_part_of_an_answer_and_pictures_are_not(either: Stage) -> None:
    card = await either.card("Which colour?")
    files = {"blue.png": PNG, "why.txt": b"It is the sky's."}

    await either.ws.bob.says("#general", "blue", card.thread.ts, files=files)

    assert await either.resumed(card.thread) == "blue\n\n[File: why.txt]\nIt is the sky's."
    note = await card.thread.wait_for("I couldn't pass on everything")
    assert "• blue.png: An answer can only be text." in note.text


async def test_a_file_beside_a_word_that_decides_is_told_and_decides_nothing_else(either: Stage) -> None:
    card = await either.card({"question": "Pay?", "amount": 3})

    await either.ws.bob.says("#general", "approve", card.thread.ts, files={"why.txt": b"x"})

    assert await either.resumed(card.thread) is True
    note = await card.thread.wait_for("I couldn't pass on everything")
    assert "• why.txt: An answer can only be text. Paste the file's text instead." in note.text


async def test_files_of_an_answer_are_posted_under_their_names(either: Stage) -> None:
    data = base64.b64encode(PDF).decode()
    bill = {"type": "file", "base64": data, "mime_type": "application/pdf", "filename": "bill.pdf"}
    said = {"content": [{"type": "text", "text": "Here is the bill."}, bill]}

    thread = await either.ws.carol.mentions(f"say: {json.dumps(said)}")

    await thread.wait_for("Here is the bill.")
    shared = await thread.wait_until(
        lambda: next((m.files[0] for m in thread.from_bot() if m.files), None), what="the bill as a file"
    )
    assert shared["title"] == "bill.pdf"
    assert either.ws.slack.state.files[shared["id"]].content == PDF
