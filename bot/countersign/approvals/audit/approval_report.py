"""All that the ledger has of one approval, for somebody who has neither the database nor Countersign."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from countersign.approvals.audit.chain import GENESIS, ChainedEntry
from countersign.approvals.audit.entry import EntryHasher
from countersign.approvals.audit.export import record
from countersign.approvals.audit.history import history
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Event

_ABOUT = (
    "The record of one approval from Countersign's ledger. asked is the question as people saw it, outcome "
    "what came of it, history what happened, in words, and entries is everything that happened, with who did "
    "it and when (null: Countersign itself). To check an entry: take its members that hash_covers names, "
    "write them as canonical JSON (RFC 8785), and hash that with hash_algorithm; the result stands in hash "
    "behind the colon. link is the SHA-256 of previous, position and hash, separated by line feeds; previous "
    "is the link of the ledger's entry one position before."
)
_HASH_COVERS = ("actor", "approval_id", "at", "detail", "event", "thread_id", "version")
_OUTCOMES = {event.value for event in (Event.DECIDED, Event.TIMED_OUT, Event.CANCELLED, Event.WITHDRAWN)}


def approval_report(
    approval_id: UUID,
    rows: Sequence[ChainedEntry],
    links: Mapping[int, str],
    hasher: EntryHasher,
    exported_at: datetime,
) -> dict[str, Json]:
    """`rows` in the order of the chain; `links` are the ledger's by position: those before each row."""
    entries = [_entry(row, links, hasher) for row in rows]
    opened = next((entry["detail"] for entry in entries if entry.get("event") == Event.OPENED.value), None)
    return {
        "about": _ABOUT,
        "approval_id": str(approval_id),
        "exported_at": exported_at.isoformat(timespec="seconds"),
        "asked": opened.get("asked") if isinstance(opened, Mapping) else None,
        "outcome": _outcome(entries),
        "history": list(history(entries)),
        "hash_algorithm": hasher.algorithm,
        "hash_covers": list(_HASH_COVERS),
        "entries": list(entries),
    }


def report_text(report: Mapping[str, Json]) -> str:
    """The same in lines to read: what was asked, what happened, and whether the entries are as written."""
    entries = [each for each in _items(report["entries"]) if isinstance(each, Mapping)]
    changed, unsealed = 0, 0
    for each in entries:
        changed += not each.get("hash_fits")
        unsealed += each.get("position") is None
    asked = report.get("asked")
    rows = _items(asked.get("rows")) if isinstance(asked, Mapping) else ()
    count = f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"
    fits = f"{changed} NOT as written" if changed else "all as they were written"
    return "\n".join(
        [
            f"Approval {report['approval_id']}",
            *(f"  {_call(row)}" for row in rows if isinstance(row, Mapping)),
            "",
            *(str(line) for line in _items(report["history"])),
            "",
            f"{count}, {fits}, {unsealed} not sealed yet.",
            "`countersign audit verify` checks the whole ledger and its anchors.",
        ]
    )


def _call(row: Mapping[str, Json]) -> str:
    return f"{row.get('action') or 'asks'}: {_written(row.get('args'))}"


def _written(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _items(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _entry(row: ChainedEntry, links: Mapping[int, str], hasher: EntryHasher) -> dict[str, Json]:
    previous = None
    if row.position is not None:
        previous = GENESIS if row.position == 1 else links.get(row.position - 1)
    fits = row.entry is not None and row.entry_hash is not None and hasher.matches(row.entry, row.entry_hash)
    return {**record(row, previous), "hash_fits": fits}


def _outcome(entries: Sequence[Mapping[str, Json]]) -> Json:
    """The last decision, expiry, cancellation or withdrawal; None while it waits."""
    last: dict[str, Json] | None = None
    for entry in entries:
        event, detail = entry.get("event"), entry.get("detail")
        if event in _OUTCOMES:
            rows = detail.get("rows") if isinstance(detail, Mapping) else None
            last = {"event": event, "by": entry.get("actor"), "at": entry.get("at"), "rows": rows}
        elif event in {Event.UNDONE.value, Event.LAPSED.value, Event.REOPENED.value}:
            last = None
    return last
