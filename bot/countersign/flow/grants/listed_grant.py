"""A grant as lists of grants show it."""

from dataclasses import dataclass

from countersign.approvals.policy.grants import Grant, GrantState


@dataclass(frozen=True, kw_only=True)
class ListedGrant:
    grant: Grant
    state: GrantState
    rule_changed: bool  # its rule was changed or removed, so it covers nothing
