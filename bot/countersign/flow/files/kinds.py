"""The kinds of files that a model can take, and FILES, the setting that names them."""

from collections.abc import Mapping
from enum import StrEnum


class FileKind(StrEnum):
    TEXT = "text"  # any model reads it
    IMAGE = "images"
    PDF = "pdf"


FileKinds = frozenset[FileKind]
ALL_KINDS: FileKinds = frozenset(FileKind)
TEXT_ALONE: FileKinds = frozenset({FileKind.TEXT})

MAX_FILES = 10  # of one message
MAX_BYTES: Mapping[FileKind, int] = {
    FileKind.TEXT: 256 << 10,
    FileKind.IMAGE: 5 << 20,
    FileKind.PDF: 10 << 20,
}
MAX_TOTAL_BYTES = 16 << 20  # of one message


def parse_file_kinds(setting: str) -> FileKinds | None:
    """The kinds that FILES names. None for `auto`: the model's profile decides. Raises ValueError."""
    words = [word.strip().lower() for word in setting.split(",")]
    if words == ["auto"]:
        return None
    if words == ["off"]:
        return frozenset()
    return frozenset(FileKind(word) for word in words)
