"""An outgoing image or other file, decoded and checked: what is posted as a file, or why it cannot be."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from countersign.approvals.errors import CountersignError
from countersign.flow.messages.outgoing import FILE_LIMIT
from countersign.i18n import N_, _

_TOO_LARGE = N_("The agent's file is too large to post: it has {size:.1f} MB, and {limit} MB is the limit.")
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/svg+xml": "svg",
    "image/tiff": "tiff",
    "application/pdf": "pdf",
    "application/json": "json",
    "application/zip": "zip",
    "text/plain": "txt",
    "text/csv": "csv",
    "text/markdown": "md",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "video/mp4": "mp4",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_PICTURES = {ending for mime, ending in _EXTENSIONS.items() if mime.startswith("image/")}
_MAX_STEM = 80  # characters
_SIGNATURES = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF8": "gif",
    b"RIFF": "webp",
    b"BM": "bmp",
    b"%PDF": "pdf",
}


class UnusableFile(CountersignError):
    """This file can't be posted."""


@dataclass(frozen=True, kw_only=True)
class OutgoingFile:
    """`name` is unique per row, `title` is what people see."""

    name: str
    title: str
    content: bytes


def outgoing_file(key: str, body: Mapping[str, Any]) -> OutgoingFile:
    """The file of an outbox row, with a unique name. Raises UnusableFile."""
    data = "".join(str(body.get("data") or "").split())
    size = int(body.get("size") or len(data) * 3 // 4)
    if size > FILE_LIMIT:
        raise UnusableFile(_(_TOO_LARGE).format(size=size / (1 << 20), limit=FILE_LIMIT >> 20))
    try:
        content = base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise UnusableFile(_("The agent's file can't be posted: its content is not base64."))
    mime = str(body.get("mime") or "").partition(";")[0].strip().lower()
    extension = _EXTENSIONS.get(mime) or _by_content(content)
    title = _title(str(body.get("name") or ""), extension)
    stem, _dot, ending = title.rpartition(".")
    unique = hashlib.sha256(key.encode()).hexdigest()[:12]
    return OutgoingFile(name=f"{stem}-{unique}.{ending}", title=title, content=content)


def _title(name: str, extension: str) -> str:
    """The last part of the agent's own name for it, on one line and with an ending."""
    bare = "".join(each for each in re.split(r"[/\\]", name)[-1] if each.isprintable()).strip(" .")
    stem, dot, ending = bare.rpartition(".")
    if dot and stem and re.fullmatch(r"\w{1,10}", ending):
        return f"{stem[:_MAX_STEM]}.{ending}"
    return f"{bare[:_MAX_STEM] or ('image' if extension in _PICTURES else 'file')}.{extension}"


def _by_content(content: bytes) -> str:
    return next((each for start, each in _SIGNATURES.items() if content.startswith(start)), "bin")
