"""The policy in force; replaced as a whole when the file is read again."""

from dataclasses import dataclass

from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.policy import NO_POLICY, Policy
from countersign.i18n import lazy_text


@dataclass
class CurrentPolicy:
    policy: Policy = NO_POLICY

    def of_workspace(self, team: str) -> "CurrentPolicy":
        """The rules of one workspace, whenever the file is read again."""
        return _PolicyOfWorkspace(self, team)

    def freeze_unless_loaded(self, path: str) -> Freeze | None:
        """A freeze without end if the calendar that a stored rule names is not loaded (any more)."""
        if path in self.policy.calendars:
            return None
        return Freeze(summary=lazy_text("the freeze calendar {path} is not loaded", path=path), until=None)


class _PolicyOfWorkspace(CurrentPolicy):
    def __init__(self, current: CurrentPolicy, team: str) -> None:
        self._current = current
        self._team = team

    @property
    def policy(self) -> Policy:  # type: ignore[override]  # nobody sets it here
        return self._current.policy.of_workspace(self._team)
