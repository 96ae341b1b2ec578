"""The command `audit`: verify the ledger, export it, and show one approval as a record of its own."""

import argparse
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from cryptography import x509

from countersign.anchoring.timestamp import read_timestamp
from countersign.approvals.audit import GENESIS, Anchor, ChainedEntry, EntryHasher, parse_anchor
from countersign.approvals.audit.approval_report import approval_report, report_text
from countersign.approvals.audit.export import Exporter, ExportFormat
from countersign.approvals.errors import CountersignError
from countersign.commands.audit.verification import verify_file, verify_ledger
from countersign.settings import DatabaseSettings
from countersign.store.approvals.ledger import Ledger
from countersign.store.approvals.ledger_keys import LedgerKeyRegistry
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import Pool, configure_for_statements, open_pool
from countersign.store.diagnostics import Diagnostics

_WORKSPACE = re.compile(r"[TE][A-Z0-9]{1,20}")


class AuditUsageError(CountersignError):
    """This is not how `audit` is used."""


async def run(settings: DatabaseSettings, given: argparse.Namespace) -> int:
    """Run an action; returns 0, or 1 when something was found. Raises AuditUsageError, for exit code 2."""
    hasher = EntryHasher(*settings.ledger_hash_keys)
    workspace = _workspace(given)
    if given.action == "verify":
        anchors = _anchors(given)
        if given.file is not None:
            return verify_file(given.file, hasher, anchors, workspace)
        async with _pool(settings) as pool:
            await LedgerKeyRegistry(pool).check(hasher)
            return await verify_ledger(Ledger(pool, hasher), hasher, anchors, workspace)
    if given.action == "export":
        since = _moment(given.since) if given.since else None
        async with _ledger(settings, hasher) as ledger:
            return await _export(ledger, ExportFormat(given.format), since, workspace)
    if given.action == "reviews":
        async with _pool(settings) as pool:
            return await _reviews(Diagnostics(pool))
    approval_id = _uuid(given.id)
    async with _ledger(settings, hasher) as ledger:
        return await _show(ledger, hasher, approval_id, workspace, as_text=given.shown_as == "text")


@asynccontextmanager
async def _ledger(settings: DatabaseSettings, hasher: EntryHasher) -> AsyncIterator[Ledger]:
    async with _pool(settings) as pool:
        yield Ledger(pool, hasher)


@asynccontextmanager
async def _pool(settings: DatabaseSettings) -> AsyncIterator[Pool]:
    given = settings.database
    async with (
        open_database(given, settings.data_dir) as url,
        await open_pool(
            url, max_size=2, configure=configure_for_statements, key_ring=settings.key_ring
        ) as pool,
    ):
        yield pool


async def _reviews(diagnostics: Diagnostics) -> int:
    """1 if something waits for a review."""
    waiting = await diagnostics.unreviewed_glass_breaks()
    for each in waiting:
        reason = " ".join(each.reason.split())
        print(
            f"{each.at:%Y-%m-%d %H:%M} UTC  approval {each.approval_id}, rule “{each.rule}”: "
            f"{each.by.name} ({each.by.id}) decided alone. Reason: {reason}"
        )
    print(f"{len(waiting)} decisions by break_glass wait for a review.")
    return 1 if waiting else 0


async def _export(ledger: Ledger, form: ExportFormat, since: datetime | None, workspace: str | None) -> int:
    exporter = Exporter(form)
    sys.stdout.write(exporter.head())
    rows = ledger.workspace_chain(workspace) if workspace is not None else ledger.exported(since)
    async with aclosing(rows):
        async for row in rows:
            assert row.entry is not None, "an exported row is an entry"
            if since is None or row.entry.at >= since:
                sys.stdout.write(exporter.line(row))
    return 0


async def _show(
    ledger: Ledger, hasher: EntryHasher, approval_id: UUID, workspace: str | None, *, as_text: bool
) -> int:
    if workspace is not None:
        rows, links = await _of_workspace(ledger, approval_id, workspace)
    else:
        rows = [row async for row in ledger.exported(approval_id=approval_id)]
        links = await ledger.links([row.position - 1 for row in rows if row.position is not None])
    if not rows:
        where = f" in {workspace}" if workspace is not None else ""
        print(f"No approval{where} has the id {approval_id}.")
        return 1
    report = approval_report(approval_id, rows, links, hasher, datetime.now(UTC))
    print(report_text(report) if as_text else json.dumps(report, ensure_ascii=False, indent=2))
    return 0


async def _of_workspace(
    ledger: Ledger, approval_id: UUID, workspace: str
) -> tuple[list[ChainedEntry], dict[int, str]]:
    """An approval's rows with their places in the workspace's chain, and the link before each."""
    rows, links, previous = [], dict[int, str](), GENESIS
    async with aclosing(ledger.workspace_chain(workspace)) as chain:
        async for row in chain:
            if row.entry is not None and row.entry.approval_id == str(approval_id):
                rows.append(row)
                if row.position is not None:
                    links[row.position - 1] = previous
            previous = row.link or previous
    return rows, links


def _workspace(given: argparse.Namespace) -> str | None:
    workspace: str | None = getattr(given, "workspace", None)
    if workspace is not None and not _WORKSPACE.fullmatch(workspace):
        raise AuditUsageError(f"--workspace: {workspace!r} is no workspace's id such as T0123ABCD")
    return workspace


def _anchors(given: argparse.Namespace) -> list[Anchor]:
    anchors = [parse_anchor(text) for text in given.anchor]
    roots = x509.load_pem_x509_certificates(given.tsa_roots.read_bytes()) if given.tsa_roots else []
    for path in given.anchors:
        if path.is_dir():
            anchors += [read_timestamp(file, roots)[0] for file in sorted(path.glob("*.tsr"))]
        elif path.is_file():
            anchors += [parse_anchor(line) for line in path.read_text().splitlines() if line.strip()]
        else:
            raise AuditUsageError(f"--anchors: there is no file or folder {path}")
    return anchors


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise AuditUsageError(f"--since: {text!r} is not a time such as 2026-03-01T09:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise AuditUsageError(f"{text!r} is not an approval's id") from None
