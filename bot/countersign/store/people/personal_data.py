"""Everything that is stored about one person, as JSON."""

from collections.abc import Mapping
from contextlib import aclosing
from datetime import date, datetime
from typing import Any
from uuid import UUID

from countersign.approvals.audit.erasure import PersonEntries
from countersign.approvals.audit.export import record
from countersign.approvals.json import Json
from countersign.error_translation import translates_errors
from countersign.store.approvals.ledger import Ledger
from countersign.store.connections.pool import Pool, fetch

NOT_INCLUDED = (
    "LangGraph's checkpoints of the threads named here: they have the conversation as the graph keeps it.",
    "What graphs remember in LangGraph's store, which knows no person.",
    "Slack's own messages, logs, traces, backups, and copies of the ledger.",
)
_TABLES = {
    "messages": "messages_of_person",
    "approvals": "approvals_of_person",
    "delegations": "delegations_of_person",
    "grants": "grants_about_person",
    "feedback": "feedback_of_person",
    "quiet_hours": "quiet_hours_of_person",
}


@translates_errors
class PersonalData:
    def __init__(self, pool: Pool, ledger: Ledger) -> None:
        self._pool = pool
        self._ledger = ledger

    async def of(self, user: str) -> dict[str, Json]:
        """By table. `not_included` says in words where else something may be."""
        threads = await fetch(self._pool, "threads_of_person", {"user": user})
        tables = {
            name: [_plain(row) for row in await fetch(self._pool, query, {"user": user})]
            for name, query in _TABLES.items()
        }
        return {
            "person": user,
            "threads": [row["id"] for row in threads],
            **tables,
            "ledger": await self._entries(user),
            "not_included": list(NOT_INCLUDED),
        }

    async def _entries(self, user: str) -> list[Json]:
        theirs = await entries_of(self._pool, user)
        async with aclosing(self._ledger.chain()) as rows:
            return [record(row) async for row in rows if row.entry is not None and theirs.concerns(row.entry)]


async def entries_of(pool: Pool, user: str) -> PersonEntries:
    """Tells which entries of the ledger have something of this person in them."""
    approvals = await fetch(pool, "approvals_of_person", {"user": user})
    return PersonEntries(user, frozenset(str(row["id"]) for row in approvals if row["requester"] == user))


def _plain(row: Mapping[str, Any]) -> Json:
    return {name: _json(value) for name, value in row.items()}


def _json(value: Any) -> Json:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list):
        return [_json(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): _json(each) for name, each in value.items()}
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
