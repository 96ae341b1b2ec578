"""What a file is, by its bytes."""

import pytest

from countersign.flow.files.file_type import FileType, claimed_kind, is_never_read, recognise
from countersign.flow.files.kinds import FileKind, parse_file_kinds

PNG = b"\x89PNG\r\n\x1a\n and so on"


@pytest.mark.parametrize(
    ("content", "kind", "mime"),
    [
        (PNG, FileKind.IMAGE, "image/png"),
        (b"\xff\xd8\xff\xe0JFIF", FileKind.IMAGE, "image/jpeg"),
        (b"GIF89a...", FileKind.IMAGE, "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", FileKind.IMAGE, "image/webp"),
        (b"%PDF-1.7\n%\xe2\xe3", FileKind.PDF, "application/pdf"),
        (b"\n\n junk before it %PDF-1.4", FileKind.PDF, "application/pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", FileKind.TEXT, "text/plain"),
        (b"plain", FileKind.TEXT, "text/plain"),
    ],
)
def test_a_kind_is_told_by_the_first_bytes(content: bytes, kind: FileKind, mime: str) -> None:
    found = recognise(content)
    assert found is not None
    assert (found.kind, found.mime) == (kind, mime)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 a zip",
        b"RIFF\x10\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypheic",
        b"\x7fELF\x02\x01\x01",
        b"words and then \x00\x01\x02",
    ],
)
def test_what_no_model_takes_has_no_type(content: bytes) -> None:
    assert recognise(content) is None


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Grüße, 안녕하세요".encode(), "utf-8"),
        ("Grüße".encode("utf-8-sig"), "utf-8-sig"),
        ("Grüße, 안녕하세요".encode("utf-16"), "utf-16"),
        ("Grüße, 안녕하세요".encode("utf-32"), "utf-32"),
        ("name,amount\nBerger,12".encode("utf-16-le"), "utf-16-le"),
        ("name,amount\nBerger,12".encode("utf-16-be"), "utf-16-be"),
        ("이름,금액\n홍길동,12".encode("euc_kr"), "euc_kr"),
        ("これはテストです".encode("shift_jis"), "shift_jis"),
        ("Äpfel, café, Grüße – 12 €".encode("windows-1252"), "windows-1252"),
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_has(content: bytes, encoding: str) -> None:
    found = recognise(content)
    assert found is not None
    assert found.encoding == encoding
    assert found.text == content.decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_characters_without_a_mark_are_read_where_most_of_them_are_latin(encoding: str) -> None:
    half = ("Latin" + "한한한한한").encode(encoding)
    assert recognise(half) == FileType(
        kind=FileKind.TEXT, mime="text/plain", text=half.decode(encoding), encoding=encoding
    )
    assert recognise(("four" + "한한한한한한").encode(encoding)) is None


def test_a_zero_byte_far_behind_the_beginning_does_not_change_what_a_text_is() -> None:
    text = "a" * 1000 + "가"  # whose lower byte is zero
    found = recognise(text.encode("utf-16-le"))
    assert found is not None
    assert found.text == text


def test_the_header_of_a_pdf_is_within_its_first_kilobyte() -> None:
    found = [recognise(b" " * before + b"%PDF-") for before in (1019, 1020)]
    assert [each and each.kind for each in found] == [FileKind.PDF, FileKind.TEXT]


def test_a_drawing_is_text_whether_its_type_or_its_name_says_so() -> None:
    assert claimed_kind("image/svg+xml", "drawing") is FileKind.TEXT
    assert claimed_kind("application/octet-stream", "drawing.SVG") is FileKind.TEXT


def test_a_claim_is_a_kind_only_where_it_says_so() -> None:
    assert claimed_kind("image/png", "a.png") is FileKind.IMAGE
    assert claimed_kind("image/svg+xml", "a.svg") is FileKind.TEXT
    assert claimed_kind("application/pdf", "a.pdf") is FileKind.PDF
    assert claimed_kind("text/csv", "a.csv") is FileKind.TEXT
    assert claimed_kind("application/octet-stream", "a.bin") is None


@pytest.mark.parametrize("mime", ["video/mp4", "audio/mpeg", "application/zip", "application/vnd.ms-excel"])
def test_what_is_never_read_needs_no_download(mime: str) -> None:
    assert is_never_read(mime)
    assert not is_never_read("application/octet-stream")


def test_the_setting_names_kinds_or_leaves_it_to_the_model() -> None:
    assert parse_file_kinds("auto") is None
    assert parse_file_kinds(" OFF ") == frozenset()
    assert parse_file_kinds("text, PDF") == frozenset({FileKind.TEXT, FileKind.PDF})
    with pytest.raises(ValueError, match="video"):
        parse_file_kinds("text,video")
