"""A claim: somebody says that they look at an approval. Others can still decide."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from countersign.approvals.person import Person

CLAIM_PERIOD = timedelta(minutes=15)  # after it, the claim is no longer shown


@dataclass(frozen=True, kw_only=True)
class Claim:
    by: Person
    at: datetime

    @property
    def until(self) -> datetime:
        return self.at + CLAIM_PERIOD
