"""Which files of a message become content blocks, and why the others do not."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from countersign.flow.files.errors import NO_SCOPE, FileNotRead
from countersign.flow.files.kinds import (
    ALL_KINDS,
    MAX_BYTES,
    MAX_TOTAL_BYTES,
    TEXT_ALONE,
    FileKind,
    FileKinds,
)
from countersign.flow.files.notes import files_note, text_with_left_out
from countersign.flow.files.reader import FileReader, SkippedFile
from countersign.flow.files.shared_file import SharedFile, files_body, shared_files
from countersign.i18n import lazy_text
from tests.flow.files.test_file_type import PNG
from tests.flow.rows import a_message

PDF = b"%PDF-1.7 and so on"


@dataclass
class Slacks:
    """Files by id. What is asked for is noted; `looked_up` are descriptions that Slack gives."""

    contents: Mapping[str, bytes] = field(default_factory=dict)
    looked_up: Mapping[str, SharedFile] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def describe(self, file: SharedFile) -> SharedFile:
        return self.looked_up[file.id]

    async def download(self, file: SharedFile, limit: int) -> bytes:
        self.asked.append(file.id)
        if file.id not in self.contents:
            raise FileNotRead(NO_SCOPE)
        return self.contents[file.id]


def a_file(name: str, mime: str = "application/octet-stream", **more: object) -> SharedFile:
    given: dict[str, object] = {"id": name, "name": name, "mime": mime, "url": "https://files.slack.com/x"}
    return SharedFile(**(given | more))  # type: ignore[arg-type]


async def refusal(file: SharedFile, content: bytes | None = None, kinds: FileKinds = ALL_KINDS) -> str:
    """Why this one file is left out."""
    slack = Slacks({file.id: content} if content is not None else {})
    read = await FileReader(slack)([file], kinds)
    assert read.blocks == ()
    (left_out,) = read.left_out
    return str(left_out.reason)


async def test_files_become_standard_content_blocks_below_their_names() -> None:
    slack = Slacks({"a.png": PNG, "b.pdf": PDF, "c.csv": b"x;y"})
    files = [a_file("a.png", "image/png"), a_file("b.pdf", "application/pdf"), a_file("c.csv", "text/csv")]

    read = await FileReader(slack)(files, ALL_KINDS)

    assert read.left_out == ()
    assert read.blocks == (
        {"type": "text", "text": "[File: a.png]"},
        {"type": "image", "mime_type": "image/png", "base64": base64.b64encode(PNG).decode()},
        {"type": "text", "text": "[File: b.pdf]"},
        {
            "type": "file",
            "mime_type": "application/pdf",
            "base64": base64.b64encode(PDF).decode(),
            "extras": {"filename": "b.pdf"},
        },
        {"type": "text", "text": "[File: c.csv]\nx;y"},
    )


async def test_the_content_decides_what_a_file_is() -> None:
    slack = Slacks({"a.png": b"\xff\xd8\xff\xe0", "b.bin": PNG, "c.txt": "금액".encode("euc_kr")})
    files = [a_file("a.png", "image/png"), a_file("b.bin"), a_file("c.txt", "text/plain")]

    read = await FileReader(slack)(files, ALL_KINDS)

    types = [block["mime_type"] for block in read.blocks if isinstance(block, dict) and "mime_type" in block]
    assert types == ["image/jpeg", "image/png"]
    assert read.blocks[-1] == {"type": "text", "text": "[File: c.txt, read as euc_kr]\n금액"}


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        (a_file("a.png", "image/png"), b"<html>Sorry</html>", "isn't an image"),
        (a_file("a.png", "image/png"), b"\x00\x01", "isn't an image"),
        (a_file("a.bin"), b"\x00\x01", "I read text, PDF and images"),
        (a_file("a.txt", "text/plain"), b"", "empty"),
        (a_file("a.txt", "text/plain", size=0), None, "empty"),
        (a_file("a.zip", "application/zip"), None, "I read text, PDF and images"),
        (a_file("a.png", "image/png", size=MAX_BYTES[FileKind.IMAGE] + 1), None, "more than 5 MB"),
        (a_file("a.txt", "text/plain", size=MAX_BYTES[FileKind.TEXT] + 1), None, "more than 256 KB"),
        (a_file("a.bin"), b"x" * (MAX_BYTES[FileKind.TEXT] + 1), "more than 256 KB"),
        (a_file("a.png", deleted=True), None, "deleted"),
        (a_file("a.txt", "text/plain"), None, "files:read"),
    ],
)
async def test_what_is_left_out_says_why(file: SharedFile, content: bytes | None, reason: str) -> None:
    assert reason in await refusal(file, content)


async def test_a_model_gets_what_it_takes() -> None:
    assert "read images" in await refusal(a_file("a.png", "image/png"), kinds=TEXT_ALONE)
    assert "read images" in await refusal(a_file("a.bin"), PNG, kinds=TEXT_ALONE)
    assert "read PDF" in await refusal(a_file("a.pdf", "application/pdf"), kinds=TEXT_ALONE)
    assert "doesn't read files" in await refusal(a_file("a.txt", "text/plain"), kinds=frozenset())
    assert "doesn't read files" in await refusal(a_file("a.bin"), b"x", kinds=frozenset())
    assert "doesn't read files" in await refusal(a_file("a.bin"), b"x", kinds=frozenset({FileKind.IMAGE}))


async def test_nothing_is_downloaded_that_would_not_be_used() -> None:
    slack = Slacks()
    files = [
        a_file("a.png", "image/png"),
        a_file("b.mp4", "video/mp4"),
        a_file("c.txt", "text/plain", size=0),
    ]
    await FileReader(slack)(files, TEXT_ALONE)
    assert slack.asked == []


async def test_of_twenty_files_ten_are_read() -> None:
    files = [a_file(f"{n}.txt", "text/plain") for n in range(20)]
    slack = Slacks({file.id: b"x" for file in files})

    read = await FileReader(slack)(files, ALL_KINDS)

    assert slack.asked == [file.id for file in files[:10]]
    assert [file.name for file in read.left_out] == [file.name for file in files[10:]]
    assert "10 files" in str(read.left_out[0].reason)


async def test_the_files_of_a_message_share_a_limit() -> None:
    big = PDF + b"x" * (MAX_BYTES[FileKind.PDF] - len(PDF))
    files = [
        a_file("a.pdf", "application/pdf"),
        a_file("b.pdf", "application/pdf"),
        a_file("c.txt", "text/plain"),
    ]
    slack = Slacks({"a.pdf": big, "b.pdf": big, "c.txt": b"small"})
    assert 2 * len(big) > MAX_TOTAL_BYTES

    read = await FileReader(slack)(files, ALL_KINDS)

    assert [(file.name, "16 MB in all" in str(file.reason)) for file in read.left_out] == [("b.pdf", True)]
    assert read.blocks[-1] == {"type": "text", "text": "[File: c.txt]\nsmall"}


async def test_a_file_of_another_workspace_is_looked_up() -> None:
    found = a_file("F1", "text/plain")
    slack = Slacks({"F1": b"theirs"}, {"F1": found})

    read = await FileReader(slack)([SharedFile(id="F1")], ALL_KINDS)

    assert read.blocks == ({"type": "text", "text": "[File: F1]\ntheirs"},)


def test_a_message_keeps_what_is_needed_to_read_its_files() -> None:
    files = [a_file("a.pdf", "application/pdf", size=3), SharedFile(deleted=True)]
    assert list(shared_files(replace(a_message(1), body=files_body(files)))) == files
    assert files_body([]) is None
    earlier = replace(a_message(1), body={"files": ["a.pdf"]})  # as an earlier version stored it
    assert shared_files(earlier) == (SharedFile(name="a.pdf"),)


def left_out(*names: str) -> list[SkippedFile]:
    return [SkippedFile(name=name, reason=lazy_text("It is empty.")) for name in names]


def test_the_graph_gets_a_line_for_each_file_that_it_does_not_get() -> None:
    assert text_with_left_out("See this.", left_out("a.pdf", "b.pdf")) == (
        "See this.\n[File not read: a.pdf]\n[File not read: b.pdf]"
    )
    assert text_with_left_out("", left_out("a.pdf")) == "[File not read: a.pdf]"
    assert text_with_left_out("Only words.", []) == "Only words."


def test_people_are_told_why() -> None:
    assert files_note(a_message(1), []) is None
    row = files_note(a_message(1), left_out("a.pdf", "two\nlines"))
    assert row is not None
    assert row.key == "note:files:message:1"
    assert row.body == {
        "text": "I couldn't pass on everything that you sent:\n"
        "• a.pdf: It is empty.\n• two lines: It is empty."
    }


@pytest.mark.parametrize(("count", "more"), [(20, None), (21, "and 1 more file"), (30, "and 10 more files")])
def test_of_many_files_twenty_are_named(count: int, more: str | None) -> None:
    row = files_note(a_message(1), left_out(*(f"n{number}" for number in range(count))))
    assert row is not None
    assert "n19" in str(row.body)
    assert (more in str(row.body)) if more else ("more file" not in str(row.body))
