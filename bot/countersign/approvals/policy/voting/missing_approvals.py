"""The approvals that a row still needs."""

from dataclasses import dataclass

from countersign.approvals.policy.approver_set import Source, count_of


@dataclass(frozen=True, kw_only=True)
class MissingApprovals:
    """`count` approvals by different people who have not approved yet, each from one of these sources."""

    count: int
    any_of: tuple[Source, ...]

    def __str__(self) -> str:
        return count_of(self.count, self.any_of)
