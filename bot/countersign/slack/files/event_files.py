"""The files of a message, as Slack's events and `files.info` describe them.

https://docs.slack.dev/reference/objects/file-object
"""

from collections.abc import Mapping, Sequence
from typing import Any

from countersign.flow.files.shared_file import SharedFile, short_name

_LOOK_UP = "check_file_info"  # in Slack Connect channels the event has nothing but the file's id
_HIDDEN = {"tombstone", "hidden_by_limit"}
_ELSEWHERE = "external"  # a link to Google Drive and the like


def files_of(message: Mapping[str, Any]) -> Sequence[SharedFile]:
    return [file_from(each) for each in message.get("files") or ()]


def file_from(file: Any) -> SharedFile:
    """A file's description; one that is in no form that Slack documents has no URL."""
    if not isinstance(file, Mapping):
        return SharedFile()
    mode, access = file.get("mode"), file.get("file_access")
    readable = access != _LOOK_UP and mode != _ELSEWHERE and not file.get("is_external")
    size = file.get("size")
    return SharedFile(
        id=_text(file.get("id")),
        name=short_name(_text(file.get("name")) or _text(file.get("title"))),
        mime=_text(file.get("mimetype")).partition(";")[0].strip().lower(),
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        url=(_text(file.get("url_private_download")) or _text(file.get("url_private"))) if readable else "",
        deleted=mode in _HIDDEN or access == "file_not_found",
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
