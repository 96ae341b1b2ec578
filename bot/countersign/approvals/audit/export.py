"""The ledger for other systems: JSON lines, CSV and OCSF."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum

from countersign.approvals.audit.chain import ChainedEntry
from countersign.approvals.audit.entry import LedgerEntry, timestamp
from countersign.approvals.json import Json

OCSF_VERSION = "1.3.0"
_COLUMNS = (
    "position", "at", "event", "approval_id", "thread_id", "version", "actor_id", "actor_name", "detail",
    "hash", "previous", "link",
)  # fmt: skip


class ExportFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    OCSF = "ocsf"


def export(rows: Iterable[ChainedEntry], form: ExportFormat) -> Iterator[str]:
    """Lines, each with its newline. An entry carries its hash, its link, and the link before it."""
    if form is ExportFormat.CSV:
        yield from _csv(rows)
        return
    shape = _ocsf if form is ExportFormat.OCSF else record
    for row, previous in _with_previous(rows):
        yield json.dumps(shape(row, previous), ensure_ascii=False) + "\n"


def _with_previous(rows: Iterable[ChainedEntry]) -> Iterator[tuple[ChainedEntry, str | None]]:
    last: ChainedEntry | None = None
    for row in rows:
        follows = (
            last is not None and row.position is not None and last.position is not None
            and row.position == last.position + 1
        )  # fmt: skip
        yield row, last.link if follows and last is not None else None
        last = row


def record(row: ChainedEntry, previous: str | None = None) -> dict[str, Json]:
    """One entry with its place in the chain, as JSON."""
    content = row.entry.content() if row.entry is not None else {}
    return {
        "position": row.position,
        **content,
        "hash": row.entry_hash,
        "previous": previous,
        "link": row.link,
    }


def _csv(rows: Iterable[ChainedEntry]) -> Iterator[str]:
    yield _csv_line(_COLUMNS)
    for row, previous in _with_previous(rows):
        entry = row.entry
        if entry is None:
            continue
        yield _csv_line(
            (
                row.position, timestamp(entry.at), entry.event, entry.approval_id, entry.thread_id,
                entry.version, entry.actor_id, entry.actor_name,
                entry.detail, row.entry_hash, previous, row.link,
            )
        )  # fmt: skip


def _csv_line(values: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(_inert(value) for value in values)
    return line.getvalue()


def _inert(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def _ocsf(row: ChainedEntry, previous: str | None) -> dict[str, Json]:
    """An OCSF event of the class API Activity (6003), as schema.ocsf.io defines it."""
    entry = row.entry
    assert entry is not None, "an exported row is an entry"
    activity, name = _ACTIVITIES.get(entry.event, (99, "Other"))
    return {
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": "Countersign", "vendor_name": "Countersign"},
            "uid": row.entry_hash,
            "sequence": row.position,
            "event_code": entry.event,
        },
        "category_uid": 6,
        "class_uid": 6003,
        "activity_id": activity,
        "activity_name": name,
        "type_uid": 6003 * 100 + activity,
        "severity_id": 3 if entry.event in _LOUD else 1,
        "status_id": 2 if entry.event in _FAILED else 1,
        "time": int(entry.at.timestamp() * 1000),
        "actor": {"user": _ocsf_user(entry)},
        "api": {"operation": f"approval.{entry.event}"},
        "resources": [
            {"uid": entry.approval_id, "type": "approval"},
            {"uid": entry.thread_id, "type": "thread"},
        ],
        "unmapped": {**record(row, previous), "approval_version": entry.version},
    }


def _ocsf_user(entry: LedgerEntry) -> dict[str, Json]:
    if entry.actor_id is None:
        return {"name": "Countersign", "type_id": 3, "type": "System"}
    return {"uid": entry.actor_id, "name": entry.actor_name, "type_id": 1, "type": "User"}


# API Activity: 1 Create, 2 Read, 3 Update, 4 Delete.
_ACTIVITIES = {
    "opened": (1, "Create"),
    "shown": (2, "Read"),
    "withdrawn": (4, "Delete"),
    "cancelled": (4, "Delete"),
    "expired": (4, "Delete"),
    **dict.fromkeys(
        (
            "voted",
            "decided",
            "resumed",
            "reopened",
            "claimed",
            "released",
            "escalated",
            "delegated",
            "edited",
        ),
        (3, "Update"),
    ),
}
_LOUD = frozenset({"break_glass", "refused"})
_FAILED = frozenset({"refused", "expired", "withdrawn", "cancelled"})
