"""Approvals that are still missing on a row."""

from dataclasses import dataclass

from countersign.approvals.policy.approver_set import Source, count_of


@dataclass(frozen=True, kw_only=True)
class Needed:
    """So many approvals, from different people who have not approved yet, each of one of these sources."""

    count: int
    any_of: tuple[Source, ...]

    def __str__(self) -> str:
        return count_of(self.count, self.any_of)
