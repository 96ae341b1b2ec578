"""Reads the files of a message, as content blocks that the graph's model can take.

Files are read in the step that starts the graph, not when the message is acknowledged: a download may take a
minute. A step that is repeated reads them again.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from countersign.approvals.json import Json
from countersign.flow.files.errors import DELETED, FileNotRead, KindNotRead, too_large
from countersign.flow.files.file_type import FileType, claimed_kind, is_never_read, recognise
from countersign.flow.files.kinds import (
    MAX_BYTES,
    MAX_FILES,
    MAX_TOTAL_BYTES,
    FileKind,
    FileKinds,
)
from countersign.flow.files.shared_file import SharedFile, short_name
from countersign.flow.ports.slack.files import FileSource
from countersign.i18n import Text, lazy_text

_EMPTY = lazy_text("It is empty.")
_TOO_MANY = lazy_text(
    "I read up to {limit} files per message. Send this one in another message.", limit=MAX_FILES
)
_TOTAL = lazy_text(
    "The files of a message can have {limit} MB in all. Send this one in another message.",
    limit=MAX_TOTAL_BYTES >> 20,
)
_OTHER_KIND = lazy_text("I read text, PDF and images (PNG, JPEG, GIF, WebP).")
_NO_IMAGES = lazy_text("This agent's model isn't known to read images.")
_NO_PDF = lazy_text("This agent's model isn't known to read PDF. Paste its text instead.")
_NO_FILES = lazy_text("This agent doesn't read files. Paste its text instead.")
_NOT_AN_IMAGE = lazy_text("Its content isn't an image that I can read.")
_UTF = {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"}


@dataclass(frozen=True, kw_only=True)
class SkippedFile:
    name: str
    reason: Text


@dataclass(frozen=True, kw_only=True)
class ReadFiles:
    """LangChain's standard content blocks, in the order of the files, and what is not among them."""

    blocks: tuple[Json, ...] = ()
    left_out: tuple[SkippedFile, ...] = ()


class FileReader:
    def __init__(self, source: FileSource) -> None:
        self._source = source

    async def __call__(
        self, files: Sequence[SharedFile], kinds: FileKinds, otherwise: Text | None = None
    ) -> ReadFiles:
        """`kinds` are those to read; `otherwise` says why others are not, if not for the graph's model.

        Raises RateLimited.
        """
        blocks: list[Json] = []
        left_out: list[SkippedFile] = []
        room = MAX_TOTAL_BYTES
        for position, file in enumerate(files):
            named = file
            try:
                if position >= MAX_FILES:
                    raise FileNotRead(_TOO_MANY)
                named = await self._described(file)
                content = await self._content(named, kinds, room)
                blocks += _blocks(named, content, kinds)
                room -= len(content)
            except KindNotRead as refused:
                left_out.append(SkippedFile(name=named.name, reason=otherwise or refused.reason))
            except FileNotRead as refused:
                left_out.append(SkippedFile(name=named.name, reason=refused.reason))
        return ReadFiles(blocks=tuple(blocks), left_out=tuple(left_out))

    async def _described(self, file: SharedFile) -> SharedFile:
        if file.deleted:
            raise FileNotRead(DELETED)
        if file.url or not file.id:
            return file
        return await self._source.describe(file)

    async def _content(self, file: SharedFile, kinds: FileKinds, room: int) -> bytes:
        claimed = claimed_kind(file.mime, file.name)
        if claimed is not None and claimed not in kinds:
            raise KindNotRead(_not_taken(claimed, kinds))
        if not kinds:
            raise KindNotRead(_NO_FILES)
        if is_never_read(file.mime):
            raise FileNotRead(_OTHER_KIND)
        limit = MAX_BYTES[claimed] if claimed is not None else max(MAX_BYTES[kind] for kind in kinds)
        if file.size == 0:
            raise FileNotRead(_EMPTY)
        if file.size is not None and file.size > limit:
            raise FileNotRead(too_large(limit))
        if file.size is not None and file.size > room:
            raise FileNotRead(_TOTAL)
        content = await self._source.download(file, limit)
        if not content:
            raise FileNotRead(_EMPTY)
        if len(content) > room:
            raise FileNotRead(_TOTAL)
        return content


def _blocks(file: SharedFile, content: bytes, kinds: FileKinds) -> list[Json]:
    """A file has two: its name, for a person says "the second picture" or "the invoice", and its content."""
    found = recognise(content)
    if found is None:
        claims_image = claimed_kind(file.mime, file.name) is FileKind.IMAGE
        raise FileNotRead(_NOT_AN_IMAGE if claims_image else _OTHER_KIND)
    if claimed_kind(file.mime, file.name) is FileKind.IMAGE and found.kind is FileKind.TEXT:
        raise FileNotRead(_NOT_AN_IMAGE)  # an error page, perhaps, and no text that somebody wanted read
    if found.kind not in kinds:
        raise KindNotRead(_not_taken(found.kind, kinds))
    if len(content) > MAX_BYTES[found.kind]:
        raise FileNotRead(too_large(MAX_BYTES[found.kind]))
    name = short_name(file.name)
    if found.kind is FileKind.TEXT:
        return [{"type": "text", "text": f"[File: {name}{_encoding(found)}]\n{found.text}"}]
    data = base64.b64encode(content).decode()
    label: Json = {"type": "text", "text": f"[File: {name}]"}
    if found.kind is FileKind.IMAGE:
        return [label, {"type": "image", "mime_type": found.mime, "base64": data}]
    extras: Json = {"filename": name}
    return [label, {"type": "file", "mime_type": found.mime, "base64": data, "extras": extras}]


def _encoding(found: FileType) -> str:
    return "" if found.encoding in _UTF else f", read as {found.encoding}"


def _not_taken(kind: FileKind, kinds: FileKinds) -> Text:
    if not kinds or kind is FileKind.TEXT:
        return _NO_FILES
    return _NO_IMAGES if kind is FileKind.IMAGE else _NO_PDF
