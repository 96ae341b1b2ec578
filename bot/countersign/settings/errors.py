"""What is wrong with the settings."""

from dataclasses import dataclass

from countersign.approvals.errors import CountersignError


class SettingsError(CountersignError):
    """A setting is missing or malformed."""


@dataclass(frozen=True, kw_only=True)
class SettingProblem:
    """A variable that is missing or not valid. Holds nothing of its value, which may be a secret."""

    reason: str
    expected: str | None
