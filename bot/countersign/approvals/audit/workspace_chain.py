"""The chain of one workspace: its entries alone, in the ledger's order, linked as the ledger's are.

It is derived from the ledger's chain, which fixes the order, and each entry's hash covers the thread that
names the workspace. So one workspace's entries can be verified with its head alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from countersign.approvals.audit.anchor import Anchor
from countersign.approvals.audit.chain import GENESIS, ChainedEntry, Finding, FindingKind, next_link


@dataclass(frozen=True, kw_only=True)
class ChainPosition:
    """A place in a chain: the position, from 1, and the link there; 0 before the first entry."""

    position: int = 0
    link: str = GENESIS

    def next(self, entry_hash: str) -> "ChainPosition":
        position = self.position + 1
        return ChainPosition(position=position, link=next_link(self.link, position, entry_hash))


class WorkspaceChain:
    """Gives the ledger's rows of one workspace their places in its own chain."""

    def __init__(self) -> None:
        self.head = ChainPosition()

    def take(self, row: ChainedEntry) -> ChainedEntry:
        """The next row of the workspace, in the ledger's order; one that is not sealed stays so."""
        if row.position is None or row.entry_hash is None:
            return row
        self.head = self.head.next(row.entry_hash)
        return row._replace(position=self.head.position, link=self.head.link)


class WorkspaceAnchors:
    """Compares anchors of workspaces' chains with rows in the ledger's order: of all, or of one workspace."""

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        """Those that have no workspace are left out."""
        self._places: dict[str, ChainPosition] = {}
        self._anchored: dict[str, dict[int, str]] = {}
        self.fitting = 0
        for anchor in anchors:
            if anchor.workspace is not None:
                self._places[anchor.workspace] = ChainPosition()
                self._anchored.setdefault(anchor.workspace, {})[anchor.position] = anchor.link

    @property
    def wanted(self) -> bool:
        """Whether there is any to compare."""
        return bool(self._anchored)

    def take_all(self, rows: Iterable[ChainedEntry]) -> Finding | None:
        """The first thing that is wrong with the next rows."""
        return next((finding for row in rows if (finding := self.take(row)) is not None), None)

    def take(self, row: ChainedEntry) -> Finding | None:
        """The next row; what is wrong if its place is anchored otherwise."""
        if row.position is None or row.entry is None or row.entry_hash is None:
            return None
        workspace = row.entry.workspace
        place = self._places.get(workspace)
        if place is None:
            return None
        place = self._places[workspace] = place.next(row.entry_hash)
        anchored = self._anchored[workspace].get(place.position)
        if anchored is None:
            return None
        if anchored != place.link:
            return Finding(
                kind=FindingKind.CHANGED,
                position=place.position,
                entry_id=row.entry_id,
                text=(
                    f"The chain of {workspace} up to its entry {place.position} is not the one that was "
                    "anchored: entries were changed, taken out or added."
                ),
            )
        self.fitting += 1
        return None

    def missing_end(self) -> Finding | None:
        """An anchor beyond the end of its workspace's chain."""
        for workspace, anchored in self._anchored.items():
            end = self._places[workspace].position
            if max(anchored) > end:
                return Finding(
                    kind=FindingKind.CUT,
                    position=end + 1,
                    text=(
                        f"The chain of {workspace} ends at its entry {end}, and entry {max(anchored)} was "
                        "anchored: entries were taken out, or an older backup was restored."
                    ),
                )
        return None
