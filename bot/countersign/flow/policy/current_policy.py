"""The policy that holds now; it is replaced as a whole when the file is read again."""

from dataclasses import dataclass

from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.policy import NO_POLICY, Policy


@dataclass
class CurrentPolicy:
    policy: Policy = NO_POLICY

    def freeze_unless_loaded(self, path: str) -> Freeze | None:
        """A freeze without end if the calendar that a stored rule names is not loaded (any more)."""
        if path in self.policy.calendars:
            return None
        return Freeze(summary=f"the freeze calendar {path} is not loaded", until=None)
