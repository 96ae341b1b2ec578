"""Saves a change of an approval together with its ledger entry, grants and uses of break glass.

`apply` sends the statements, in a pipelined transaction of the caller; `applied` checks their results.
"""

from collections.abc import Sequence
from typing import Any

import psycopg

from countersign.approvals.audit import EntryHasher
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.flow.errors import Conflict
from countersign.flow.observability.tracing import current_traceparent
from countersign.store.approvals.break_glass import use_entry, use_row
from countersign.store.approvals.grants import apply_grants
from countersign.store.approvals.ledger import entry_arguments, ledger_arguments
from countersign.store.columns import rows
from countersign.store.queries import QUERIES

Connection = psycopg.AsyncConnection[Any]


async def apply(
    connection: Connection, change: Change, hasher: EntryHasher
) -> list[psycopg.AsyncCursor[Any]]:
    """Save an approval with its ledger entry, and its grants. A cursor without a row: it changed since."""
    granting = await apply_grants(connection, change, hasher)
    entry = ledger_arguments(change, hasher)
    arguments = {**rows.approval_row(change.after), **entry, "traceparent": current_traceparent()}
    if change.event is Event.OPENED:
        saving = await connection.execute(QUERIES["open_approval"], arguments)
    else:
        expected = {"expected": change.expected_version}
        saving = await connection.execute(QUERIES["change_approval"], arguments | expected)
    await _record_glass_breaks(connection, change, hasher)
    return [*granting, saving]


async def _record_glass_breaks(connection: Connection, change: Change, hasher: EntryHasher) -> None:
    """In the same transaction, which is rolled back where the change was not applied."""
    after = change.after
    for use in change.glass_breaks:
        await connection.execute(QUERIES["insert_glass_break"], use_row(use))
        entry = use_entry(use, after.thread_id, after.version)
        await connection.execute(QUERIES["append_ledger_entry"], entry_arguments(entry, hasher))
    if change.event is Event.UNDONE:
        arguments = {"approval_id": after.id, "rows": list(after.open_rows)}
        await connection.execute(QUERIES["delete_undone_glass_breaks"], arguments)


async def applied(changes: Sequence[psycopg.AsyncCursor[Any]]) -> None:
    """Raise Conflict if one of the changes was not applied."""
    for change in changes:
        if await change.fetchone() is None:
            raise Conflict
