"""The ledger as evidence: what an entry's hash covers, how entries are chained, and how both are verified."""

from countersign.approvals.audit.anchor import Anchor, AnchorNotUnderstood, parse_anchor
from countersign.approvals.audit.chain import (
    GENESIS,
    ChainedEntry,
    ChainVerifier,
    Finding,
    FindingKind,
    Verification,
    next_link,
    verify,
)
from countersign.approvals.audit.entry import EntryHasher, LedgerEntry

__all__ = [
    "GENESIS",
    "Anchor",
    "AnchorNotUnderstood",
    "ChainVerifier",
    "ChainedEntry",
    "EntryHasher",
    "Finding",
    "FindingKind",
    "LedgerEntry",
    "Verification",
    "next_link",
    "parse_anchor",
    "verify",
]
