"""Detects a file's type from its first bytes: its name and claimed type may be wrong."""

import codecs
import re
from dataclasses import dataclass

from countersign.flow.files.kinds import FileKind

_WEBP = b"WEBP"
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
# The longer marks first: UTF-32's begins with UTF-16's.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Strict ones: what is not theirs is refused. windows-1252 takes nearly everything, so it comes last.
_GUESSED = ("utf-8", "euc_kr", "shift_jis", "windows-1252")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # in no text
_PDF_HEADER_WITHIN = 1024  # bytes; readers accept what comes before it


@dataclass(frozen=True, kw_only=True)
class FileType:
    kind: FileKind
    mime: str
    text: str = ""  # of a text
    encoding: str = "utf-8"  # of a text; guessed where it is not UTF


def recognise(content: bytes) -> FileType | None:
    """The type of this content; None for one that no model takes."""
    for start, mime in _SIGNATURES:
        if content.startswith(start):
            return FileType(kind=FileKind.IMAGE, mime=mime)
    if content[:4] == b"RIFF" and content[8:12] == _WEBP:
        return FileType(kind=FileKind.IMAGE, mime="image/webp")
    if b"%PDF-" in content[:_PDF_HEADER_WITHIN]:
        return FileType(kind=FileKind.PDF, mime="application/pdf")
    return _text(content)


def _text(content: bytes) -> FileType | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    if (wide := _utf_16_without_mark(content)) is not None:
        return _decoded(content, wide)
    return next((found for each in _GUESSED if (found := _decoded(content, each)) is not None), None)


def _utf_16_without_mark(content: bytes) -> str | None:
    """Of a text that is mostly Latin: every other byte is zero."""
    start = content[:2000]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if half and odd > half * 0.4 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if half and even > half * 0.4 and odd == 0 else None


def _decoded(content: bytes, encoding: str) -> FileType | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    if _CONTROLS.search(text):
        return None
    return FileType(kind=FileKind.TEXT, mime="text/plain", text=text, encoding=encoding)


def claimed_kind(mime: str, name: str) -> FileKind | None:
    """What a file says that it is; None where only its content can tell."""
    if mime == "image/svg+xml" or name.lower().endswith(".svg"):
        return FileKind.TEXT  # no model takes it as a picture
    if mime.startswith("image/"):
        return FileKind.IMAGE
    if mime == "application/pdf":
        return FileKind.PDF
    return FileKind.TEXT if mime.startswith("text/") else None


def is_never_read(mime: str) -> bool:
    """Whether no model accepts the type that the file claims, so that it need not be downloaded."""
    if mime.startswith(("video/", "audio/", "font/", "application/vnd.")):
        return True
    archives = ("zip", "gzip", "x-gzip", "x-tar", "x-7z-compressed", "x-rar-compressed", "msword")
    return mime.removeprefix("application/") in archives
