"""An exported ledger read back, so that whoever has only the file can verify it."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from countersign.approvals.audit.chain import ChainedEntry
from countersign.approvals.audit.entry import LedgerEntry, detail_text
from countersign.approvals.errors import CountersignError

_ERRORS = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class ExportNotUnderstood(CountersignError):
    """This isn't a JSON Lines or OCSF file from `audit export`."""


def read_export(lines: Iterable[str]) -> Iterator[ChainedEntry]:
    """The rows of an export, in its order. Raises ExportNotUnderstood."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            row = _row(given.get("unmapped", given))  # where OCSF has it
        except _ERRORS:
            raise ExportNotUnderstood(
                f"Line {number} is none that `audit export` wrote as JSON lines or OCSF."
            ) from None
        yield row


def _row(given: dict[str, Any]) -> ChainedEntry:
    actor = given["actor"] or {}
    entry = LedgerEntry(
        approval_id=_text(given["approval_id"]),
        thread_id=_text(given["thread_id"]),
        version=int(given["version"]),
        event=_text(given["event"]),
        actor_id=actor.get("id"),
        actor_name=actor.get("name"),
        detail=detail_text(given["detail"]),
        at=datetime.fromisoformat(given["at"]),
        erased=given.get("erased") is True,
    )
    position = given["position"]
    return ChainedEntry(
        entry_id=given.get("entry_id"),
        position=None if position is None else int(position),
        entry=entry,
        entry_hash=_text(given["hash"]),
        link=given["link"],
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
