"""The ledger for other systems: JSON lines, CSV and OCSF."""

import csv
import io
import json
from collections.abc import Iterable
from enum import StrEnum

from countersign.approvals.audit.chain import ChainedEntry
from countersign.approvals.audit.entry import LedgerEntry, timestamp
from countersign.approvals.audit.history import in_words
from countersign.approvals.json import Json
from countersign.approvals.ledger import Observation
from countersign.approvals.lifecycle import Event

OCSF_VERSION = "1.3.0"
_COLUMNS = (
    "position", "at", "event", "approval_id", "thread_id", "version", "actor_id", "actor_name", "detail",
    "hash", "previous", "link", "in_words",
)  # fmt: skip


class ExportFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    OCSF = "ocsf"


class Exporter:
    """Turns rows into lines, one by one, in the order of the chain.

    An entry carries its hash, its link, and the link before it where that row came just before.
    """

    def __init__(self, form: ExportFormat) -> None:
        self._form = form
        self._last: ChainedEntry | None = None

    def head(self) -> str:
        """What comes before the first row."""
        return _csv_line(_COLUMNS) if self._form is ExportFormat.CSV else ""

    def line(self, row: ChainedEntry) -> str:
        """The row's line, with its newline."""
        previous = self._previous(row)
        if self._form is ExportFormat.CSV:
            return _csv_row(row, previous)
        shape = _ocsf if self._form is ExportFormat.OCSF else record
        return json.dumps(shape(row, previous), ensure_ascii=False) + "\n"

    def _previous(self, row: ChainedEntry) -> str | None:
        last, self._last = self._last, row
        if last is None or row.position is None or last.position is None or row.position != last.position + 1:
            return None
        return last.link


def record(row: ChainedEntry, previous: str | None = None) -> dict[str, Json]:
    """One entry with its place in the chain, as JSON."""
    entry = row.entry
    content = entry.content() if entry is not None else {}
    # What is left of an erased entry is compared with a later one, which names it by this id.
    erased: dict[str, Json] = {"entry_id": row.entry_id} if entry is not None and entry.erased else {}
    return {
        "position": row.position,
        **erased,
        **content,
        "hash": row.entry_hash,
        "previous": previous,
        "link": row.link,
    }


def _csv_row(row: ChainedEntry, previous: str | None) -> str:
    entry = row.entry
    assert entry is not None, "an exported row is an entry"
    return _csv_line(
        (
            row.position, timestamp(entry.at), entry.event, entry.approval_id, entry.thread_id,
            entry.version, entry.actor_id, entry.actor_name, entry.detail, row.entry_hash, previous, row.link,
            in_words(entry.content()),
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
    activity, name = _ACTIVITIES.get(entry.event, _UPDATE if entry.event in _EVENTS else _OTHER)
    metadata: dict[str, Json] = {
        "version": OCSF_VERSION,
        "product": {"name": "Countersign", "vendor_name": "Countersign"},
        "event_code": entry.event,
    }
    # An attribute without a value is left out: null is no value of any of OCSF's types.
    metadata |= {"uid": row.entry_hash} if row.entry_hash is not None else {}
    metadata |= {"sequence": row.position} if row.position is not None else {}
    return {
        "metadata": metadata,
        "category_uid": 6,
        "class_uid": 6003,
        "activity_id": activity,
        "activity_name": name,
        "type_uid": 6003 * 100 + activity,
        "severity_id": 3 if entry.event in _LOUD else 1,
        "status_id": 2 if entry.event in _FAILED else 1,
        "time": int(entry.at.timestamp() * 1000),
        "actor": {"user": _ocsf_user(entry)},
        # Required by the class. Slack does not tell from which address somebody clicked.
        "src_endpoint": {"svc_name": "Countersign" if entry.actor_id is None else "Slack"},
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
    name: dict[str, Json] = {"name": entry.actor_name} if entry.actor_name else {}
    return {"uid": entry.actor_id, **name, "type_id": 1, "type": "User"}


# API Activity: 1 Create, 2 Read, 3 Update, 4 Delete. All that is not named here updates an approval.
_UPDATE, _OTHER = (3, "Update"), (99, "Other")
_EVENTS = {*Event, *Observation}
_ACTIVITIES = {
    "opened": (1, "Create"),
    "shown": (2, "Read"),
    "withdrawn": (4, "Delete"),
    "cancelled": (4, "Delete"),
    "run_cancelled": (4, "Delete"),
    "card_deleted": (4, "Delete"),
}
_LOUD = frozenset({"break_glass", "refused"})
_FAILED = frozenset({"refused", "expired", "withdrawn", "cancelled"})
