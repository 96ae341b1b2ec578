"""Ledger entries for tests, and chains made of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from countersign.approvals.audit import GENESIS, ChainedEntry, EntryHasher, LedgerEntry, next_link
from countersign.approvals.audit.entry import detail_text

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def entry(number: int, **changes: object) -> LedgerEntry:
    made = LedgerEntry(
        approval_id=f"00000000-0000-4000-8000-{number % 3:012}",
        thread_id="T1/C1/1700000000.000100",
        version=number,
        event="opened" if number % 2 else "decided",
        actor_id=None if number % 2 else "UBOB",
        actor_name=None if number % 2 else "Bob",
        detail=detail_text({"amount": 129.9, "note": f"Nr. {number}"}),
        at=START + timedelta(seconds=number, microseconds=number),
    )
    return made._replace(**changes)  # type: ignore[arg-type]  # the tests name fields of an entry


def chain(
    entries: Sequence[LedgerEntry], hasher: EntryHasher, *, sealed: int | None = None
) -> list[ChainedEntry]:
    """The entries as the database holds them, the first `sealed` of them sealed (None: all)."""
    rows, link = [], GENESIS
    for position, made in enumerate(entries, start=1):
        hashed = hasher(made)
        if sealed is not None and position > sealed:
            rows.append(
                ChainedEntry(entry_id=position, position=None, entry=made, entry_hash=hashed, link=None)
            )
            continue
        link = next_link(link, position, hashed)
        rows.append(
            ChainedEntry(entry_id=position, position=position, entry=made, entry_hash=hashed, link=link)
        )
    return rows
