"""A file shared in a message: what Slack's event says about it, and how the inbox stores that."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from countersign.approvals.json import Json
from countersign.flow.messages.inbound import Inbound

_MAX_NAME_LENGTH = 100  # characters
_MAX_KEPT = 100  # files of one message


@dataclass(frozen=True, kw_only=True)
class SharedFile:
    """`url` needs the bot's token. Without one, `files.info` has to be asked for it."""

    id: str = ""
    name: str = "unnamed"
    mime: str = ""  # as Slack guessed it from the name
    size: int | None = None  # bytes; None: unknown
    url: str = ""
    deleted: bool = False


def short_name(name: str) -> str:
    """The name on one line, cut where it is too long to be shown."""
    return " ".join(name.split())[:_MAX_NAME_LENGTH] or "unnamed"


def files_body(files: Sequence[SharedFile]) -> Json:
    """What an inbound message keeps of its files; None without any."""
    return {"files": [asdict(file) for file in files[:_MAX_KEPT]]} if files else None


def shared_files(inbound: Inbound) -> tuple[SharedFile, ...]:
    kept = inbound.body.get("files") if isinstance(inbound.body, dict) else None
    return tuple(map(_from_json, kept)) if isinstance(kept, list) else ()


def _from_json(kept: Json) -> SharedFile:
    if not isinstance(kept, Mapping):  # stored by a version that kept the name alone
        return SharedFile(name=str(kept))
    given: dict[str, Any] = {name: kept[name] for name in SharedFile.__annotations__ if name in kept}
    return SharedFile(**given)
