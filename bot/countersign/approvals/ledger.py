"""The events of the ledger: every change of an approval, who made it and when. Append-only."""

from dataclasses import dataclass
from enum import StrEnum

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Event, check_event
from countersign.approvals.person import Person
from countersign.approvals.policy.grants import Grant, GrantUse
from countersign.approvals.votes.break_glass import GlassBreak


class Observation(StrEnum):
    """Events that do not change the approval."""

    SHOWN = "shown"  # a version that people can act on is in Slack: which digest, and where
    CARD_DELETED = "card_deleted"  # its card's message is gone, and whether it is posted again
    BREAK_GLASS = "break_glass"  # somebody decided alone: who, which row, why
    BREAK_GLASS_REVIEWED = "break_glass_reviewed"  # an approver has looked at it
    REFUSED = "refused"  # somebody tried to decide and may not: who, how and why not
    GRANT_GIVEN = "grant_given"  # with an approval: not asked again, within its limits
    GRANT_USED = "grant_used"  # it decided a row, without asking
    GRANT_REVOKED = "grant_revoked"


class DelegationEvent(StrEnum):
    """What the ledger keeps of delegations. Their use is in the entries of the votes."""

    STARTED = "delegation_started"
    ENDED = "delegation_ended"  # stopped by somebody, or its time is over


class ErasureEvent(StrEnum):
    """What the ledger keeps of an erasure."""

    ERASED = "erased"  # whose content, and the hash of what is left of each entry, by the entry's id


@dataclass(frozen=True, kw_only=True)
class Change:
    """An approval as it becomes, and why. `by` is None where the bot itself acted.

    Grants that it uses, gives or revokes are stored in its transaction. Raises IllegalTransition for an event
    that does not lead to the approval's state.
    """

    after: Approval
    event: Event
    by: Person | None = None
    detail: Json = None
    grant_uses: tuple[GrantUse, ...] = ()
    grants_given: tuple[Grant, ...] = ()
    grants_revoked: tuple[Grant, ...] = ()  # as they are then
    glass_breaks: tuple[GlassBreak, ...] = ()  # uses of `break_glass` that made this decision

    def __post_init__(self) -> None:
        check_event(self.event, self.after.status)

    @property
    def expected_version(self) -> int:
        """The stored version that this change is made on; 0 when the approval is new."""
        return 0 if self.event is Event.OPENED else self.after.version - 1


def grant_detail(grant: Grant) -> dict[str, Json]:
    """What the ledger says of a grant: what it covers, and whose it is."""
    return {
        "grant": str(grant.id),
        "rule": grant.rule_name,
        "fingerprint": grant.rule_fingerprint,
        "condition": grant.condition,
        "graph": grant.graph,
        "action": grant.action,
        "scope": grant.scope.value,
        "holder": grant.holder,
        "granted_by": grant.granted_by.id,
        "expires_at": grant.expires_at.isoformat(),
        "max_uses": grant.max_uses,
        "uses": grant.uses,
    }
