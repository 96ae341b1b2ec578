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

    async def workspaces(self) -> tuple[str, ...]:
        """Those of which anything is stored."""
        return tuple(row["team"] for row in await fetch(self._pool, "workspaces_with_threads", {}))

    async def of(self, user: str, workspace: str | None) -> dict[str, Json]:
        """By table; `workspace` None: of all. `not_included` says in words where else something may be."""
        person = {"user": user, "workspace": workspace}
        threads = await fetch(self._pool, "threads_of_person", person)
        tables = {
            name: [_plain(row) for row in await fetch(self._pool, query, person)]
            for name, query in _TABLES.items()
        }
        return {
            "person": user,
            "workspace": workspace,
            "threads": [row["id"] for row in threads],
            **tables,
            "ledger": await self._entries(user, workspace),
            "not_included": list(NOT_INCLUDED),
        }

    async def _entries(self, user: str, workspace: str | None) -> list[Json]:
        theirs = await entries_of(self._pool, user, workspace)
        async with aclosing(self._ledger.chain()) as rows:
            return [record(row) async for row in rows if row.entry is not None and theirs.concerns(row.entry)]


async def entries_of(pool: Pool, user: str, workspace: str | None) -> PersonEntries:
    """Tells which entries of the ledger have something of this person in them."""
    approvals = await fetch(pool, "approvals_of_person", {"user": user, "workspace": workspace})
    own = frozenset(str(row["id"]) for row in approvals if row["requester"] == user)
    return PersonEntries(user, own, workspace)


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
