"""The command `people`: print or erase what is stored about one person."""

import argparse
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from countersign.approvals.audit import EntryHasher
from countersign.approvals.errors import CountersignError
from countersign.flow.retention import Retention
from countersign.runs.persistence.checkpoints import Checkpoints
from countersign.settings import DatabaseSettings
from countersign.store.approvals.ledger import Ledger
from countersign.store.approvals.ledger_keys import LedgerKeyRegistry
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import Pool, configure_for_statements, open_pool, open_session_pool
from countersign.store.connections.thread_locks import ThreadLocks
from countersign.store.people.erasure import Erasure
from countersign.store.people.personal_data import PersonalData
from countersign.store.retention import RetentionStore

_MOST_NAMED = 20  # workspaces in an error
_USER = re.compile(r"[UW][A-Z0-9]{2,30}")
_LEFT = (
    "Not erased: what Slack itself shows, backups, logs, traces, copies of the ledger, what graphs remember "
    "in LangGraph's store, and conversations of others that mention this person. The ledger keeps the user "
    "id of whoever decided, with what they did and when."
)


class PeopleUsageError(CountersignError):
    """A user id looks like U024BE7LH: see “Copy member ID” in the person's Slack profile."""


class WorkspaceNotNamed(CountersignError):
    """Several workspaces use this database. Name one with --workspace."""


class ThreadsPending(CountersignError):
    """Something of this person waits for a decision."""


@dataclass(frozen=True, kw_only=True)
class _Opened:
    pool: Pool
    sessions: Pool
    hasher: EntryHasher

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.pool, self.hasher)


async def run(settings: DatabaseSettings, given: argparse.Namespace) -> int:
    """Return 0. Raises PeopleUsageError, for exit code 2, WorkspaceNotNamed and ThreadsPending."""
    if not _USER.fullmatch(given.user):
        raise PeopleUsageError
    async with _open(settings) as opened:
        personal_data = PersonalData(opened.pool, opened.ledger)
        _check_workspace(given.workspace, await personal_data.workspaces())
        if given.action == "export":
            data = await personal_data.of(given.user, given.workspace)
            data["exported_at"] = datetime.now(UTC).isoformat(timespec="seconds")
            print(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            await _erase(opened, given.user, given.workspace)
    return 0


def _check_workspace(given: str | None, known: Sequence[str]) -> None:
    """The same user id may be another person's in another workspace."""
    if given is not None and given not in known:
        raise WorkspaceNotNamed(f"Nothing of a workspace {given} is stored here, only of {_listed(known)}.")
    if given is None and len(known) > 1:
        raise WorkspaceNotNamed(
            f"{len(known)} workspaces use this database, and a user id may be another person's in each. Name "
            f"one with --workspace: {_listed(known)}."
        )


def _listed(workspaces: Sequence[str]) -> str:
    more = ", …" if len(workspaces) > _MOST_NAMED else ""
    return (", ".join(workspaces[:_MOST_NAMED]) or "none") + more


async def _erase(opened: _Opened, user: str, workspace: str | None) -> None:
    erasure = Erasure(opened.pool, opened.ledger, opened.hasher, workspace)
    threads = await erasure.threads(user)
    if busy := [thread.id for thread in threads if thread.busy]:
        raise ThreadsPending(
            f"Nothing was erased: {len(busy)} threads of {user} wait for something ({', '.join(busy[:5])}). "
            "Decide or cancel their cards, or mention the bot there with `reset`, then run this again."
        )
    entries = await erasure.erase_entries(user)
    retention = Retention(RetentionStore(opened.pool), ThreadLocks(opened.sessions), Checkpoints(), days=None)
    for thread in threads:
        if not await retention.delete(thread.id, 0):
            raise ThreadsPending(f"Somebody wrote in {thread.id} meanwhile. Run this again once it rests.")
        await erasure.delete_posts(thread.id)
    await erasure.erase_rows(user)
    print(f"Erased: {len(threads)} threads, and the contents of {entries} entries of the ledger.")
    print(_LEFT)


@asynccontextmanager
async def _open(settings: DatabaseSettings) -> AsyncIterator[_Opened]:
    async with (
        open_database(settings.database, settings.data_dir) as url,
        await open_pool(
            url, max_size=4, configure=configure_for_statements, key_ring=settings.key_ring
        ) as pool,
        open_session_pool(url, 2) as sessions,
    ):
        hasher = EntryHasher(*settings.ledger_hash_keys)
        await LedgerKeyRegistry(pool).register(hasher)
        yield _Opened(pool=pool, sessions=sessions, hasher=hasher)
