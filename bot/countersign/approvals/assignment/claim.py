"""That somebody has an approval in hand. It keeps nobody from deciding."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from countersign.approvals.person import Person

CLAIM_PERIOD = timedelta(minutes=15)  # after it, others read again that nobody has it in hand


@dataclass(frozen=True, kw_only=True)
class Claim:
    by: Person
    at: datetime

    @property
    def until(self) -> datetime:
        return self.at + CLAIM_PERIOD
