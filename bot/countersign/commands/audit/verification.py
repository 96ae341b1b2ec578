"""`audit verify`: the ledger, one workspace's part of it, or an exported file."""

import sys
from collections.abc import AsyncIterable, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path

from countersign.approvals.audit import Anchor, ChainedEntry, ChainVerifier, EntryHasher, Finding, FindingKind
from countersign.approvals.audit.exported_file import ExportNotUnderstood, read_export
from countersign.approvals.audit.workspace_chain import WorkspaceAnchors
from countersign.store.approvals.ledger import Ledger


class LedgerVerification:
    """Checks rows one by one; with `workspace`, all of them have to be of it.

    Anchors of that workspace count then, or else those without one: of a ledger with a single workspace.
    """

    def __init__(self, hasher: EntryHasher, anchors: Sequence[Anchor], workspace: str | None) -> None:
        own = [anchor for anchor in anchors if anchor.workspace is not None]
        shared = [anchor for anchor in anchors if anchor.workspace is None]
        if workspace is not None:
            own = [anchor for anchor in own if anchor.workspace == workspace]
            shared = [] if own else shared
        self._hasher = hasher
        self._workspace = workspace
        self._chain = ChainVerifier(hasher, shared)
        self._own = WorkspaceAnchors(own)

    def take_all(self, rows: Iterable[ChainedEntry]) -> Finding | None:
        """The first thing that is wrong with the next rows."""
        if self._workspace is None and not self._own.wanted:
            return self._chain.take_all(rows)
        for row in rows:
            finding = self._foreign(row) or self._chain.take(row) or self._own.take(row)
            if finding is not None:
                return finding
        return None

    def missing_end(self) -> Finding | None:
        return self._chain.missing_end() or self._own.missing_end()

    def _foreign(self, row: ChainedEntry) -> Finding | None:
        entry = row.entry
        if self._workspace is None or entry is None or entry.workspace == self._workspace:
            return None
        return Finding(
            kind=FindingKind.ADDED,
            position=row.position,
            text=f"Entry {row.position} is of {entry.workspace}, not of {self._workspace}.",
        )

    def report(self) -> None:
        """Print what was verified, and what that rests on."""
        result = self._chain.result(None)
        print(f"{result.sealed} entries are as they were written; {result.unsealed} more are not sealed yet.")
        if result.sealed:
            prefix = f"{self._workspace}/" if self._workspace is not None else ""
            print(f"The head is {prefix}{result.sealed}:{result.head}")
        print(_trust(self._hasher, result.anchors + self._own.fitting))


async def verify_ledger(
    ledger: Ledger, hasher: EntryHasher, anchors: Sequence[Anchor], workspace: str | None
) -> int:
    """Print what was found; 1 if something was."""
    checked = LedgerVerification(hasher, anchors, workspace)
    if workspace is None:
        async with aclosing(ledger.chain_pages()) as pages:
            finding = await _first_finding(pages, checked)
        return _result(checked, finding or await _missing_entry(ledger))
    kept = await ledger.workspace_head(workspace)
    of_head = WorkspaceAnchors([kept] if kept is not None else [])
    finding = None
    async with aclosing(ledger.workspace_chain(workspace)) as rows:
        async for row in rows:
            finding = checked.take_all((row,)) or of_head.take(row)
            if finding is not None:
                break
    return _result(checked, finding or checked.missing_end() or of_head.missing_end())


async def _first_finding(
    pages: AsyncIterable[Sequence[ChainedEntry]], checked: LedgerVerification
) -> Finding | None:
    async for page in pages:
        finding = checked.take_all(page)
        if finding is not None:
            return finding
    return checked.missing_end()


async def _missing_entry(ledger: Ledger) -> Finding | None:
    missing = await ledger.approval_without_entry()
    if missing is None:
        return None
    text = f"approval {missing[0]} is at version {missing[1]}, and the ledger has no entry for that."
    return Finding(kind=FindingKind.CUT, text=text)


def verify_file(path: Path, hasher: EntryHasher, anchors: Sequence[Anchor], workspace: str | None) -> int:
    """Print what was found; 1 if something was. `-` is standard input. Raises ExportNotUnderstood."""
    checked = LedgerVerification(hasher, anchors, workspace)
    if str(path) == "-":
        return _result(checked, _finding_in(sys.stdin, checked))
    try:
        with path.open(encoding="utf-8") as lines:
            return _result(checked, _finding_in(lines, checked))
    except (OSError, UnicodeDecodeError) as error:
        raise ExportNotUnderstood(f"{path} cannot be read: {error}") from error


def _finding_in(lines: Iterable[str], checked: LedgerVerification) -> Finding | None:
    return checked.take_all(read_export(lines)) or checked.missing_end()


def _result(checked: LedgerVerification, finding: Finding | None) -> int:
    if finding is not None:
        print(f"{finding.kind.value}: {finding.text}")
        return 1
    checked.report()
    return 0


def _trust(hasher: EntryHasher, anchors: int) -> str:
    """What this result rests on, said plainly."""
    key = "Entries are hashed with LEDGER_KEY" if hasher.algorithm != "sha256" else "No LEDGER_KEY is set"
    if anchors:
        return f"{key}, and {anchors} {'anchor fits' if anchors == 1 else 'anchors fit'}."
    return f"{key}, and no anchor was compared: without one, a cut tail or an older backup does not show."
