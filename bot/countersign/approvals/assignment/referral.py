"""A referral: an approver asks another approver to decide. It changes nobody's right to decide."""

from dataclasses import dataclass
from datetime import datetime

from countersign.approvals.person import Person

MAX_REFERRALS = 10  # of one approval


@dataclass(frozen=True, kw_only=True)
class Referral:
    by: Person
    to: Person
    note: str  # empty where none was written
    at: datetime
