"""Grants: “Approve and don't ask again”, for the same rule and action, in one thread or for one requester.

A grant never covers more than was seen: it belongs to the rule as it was, its condition on the arguments
included, and a rule that changed is another rule.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Person
from countersign.approvals.policy.matching import ActionContext, Match
from countersign.approvals.policy.rule import GrantScope
from countersign.approvals.policy.stored import fingerprint
from countersign.i18n import Text, lazy_text

LISTED_AFTER_END = timedelta(days=1)


class NoGrantOffered(CountersignError):
    """The rule for this doesn't offer a grant."""


class GrantNotUsable(CountersignError):
    """This grant does not cover the action, so people are asked."""


class GrantState(StrEnum):
    ACTIVE = "active"
    USED_UP = "used up"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, kw_only=True)
class Grant:
    id: UUID
    approval_id: UUID  # that it was given with
    thread_id: str  # in which it was given
    rule_name: str
    rule_fingerprint: str
    condition: str | None  # the rule's `when`, as it was seen; the fingerprint covers it
    graph: str
    action: str
    scope: GrantScope
    holder: str  # the thread's id or the requester's, as the scope says
    requester: str | None  # who asked for what it was given with
    granted_by: Person  # as they were then
    granted_at: datetime
    expires_at: datetime
    max_uses: int | None
    uses: int = 0
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None  # the id of a user

    @property
    def uses_left(self) -> int | None:
        """None: any number."""
        return None if self.max_uses is None else max(self.max_uses - self.uses, 0)

    def concerns(self, user_id: str) -> bool:
        """Whether this person gave it, or it acts for what they ask for: they see it and may revoke it."""
        return user_id in {self.granted_by.id, self.requester}

    def state(self, now: datetime) -> GrantState:
        if self.revoked_at is not None:
            return GrantState.REVOKED
        if self.uses_left == 0:
            return GrantState.USED_UP
        return GrantState.ACTIVE if now < self.expires_at else GrantState.EXPIRED

    def ended_at(self, now: datetime) -> datetime | None:
        """When it ended; None while it is active."""
        match self.state(now):
            case GrantState.ACTIVE:
                return None
            case GrantState.REVOKED:
                return self.revoked_at
            case GrantState.USED_UP:
                return min(self.last_used_at or self.expires_at, self.expires_at)
            case GrantState.EXPIRED:
                return self.expires_at

    def is_listed(self, now: datetime) -> bool:
        """Active, or over for less than a day."""
        ended = self.ended_at(now)
        return ended is None or now < ended + LISTED_AFTER_END


@dataclass(frozen=True, kw_only=True)
class GrantUse:
    """One row that a grant decides."""

    before: Grant
    after: Grant
    row: int


def open_grant(
    *,
    grant_id: UUID,
    approval_id: UUID,
    match: Match,
    context: ActionContext,
    thread_id: str,
    granted_by: Person,
    now: datetime,
) -> Grant:
    """The grant that this rule offers for this action. Raises NoGrantOffered."""
    offer = match.rule.grant
    holder = _holder(offer.scope, context, thread_id) if offer is not None else None
    if offer is None or holder is None or match.condition_error is not None:
        raise NoGrantOffered
    return Grant(
        id=grant_id,
        approval_id=approval_id,
        thread_id=thread_id,
        rule_name=match.rule.name,
        rule_fingerprint=fingerprint(match.rule),
        condition=match.rule.selector.when,
        graph=context.graph,
        action=context.action,
        scope=offer.scope,
        holder=holder,
        requester=context.requester.id if context.requester is not None else None,
        granted_by=granted_by,
        granted_at=now,
        expires_at=now + offer.lasts,
        max_uses=offer.max_uses,
    )


def holders(context: ActionContext, thread_id: str) -> tuple[str, ...]:
    """What a grant may be for that covers this action, over all scopes."""
    found = (_holder(scope, context, thread_id) for scope in GrantScope)
    return tuple(holder for holder in found if holder is not None)


def why_not_covered(
    grant: Grant, match: Match, context: ActionContext, thread_id: str, now: datetime
) -> Text | None:
    """Why the grant does not cover this action now; None if it does.

    `match` is the action's rule by the policy of now: its condition holds for these arguments.
    """
    if grant.revoked_at is not None:
        return lazy_text("it was revoked")
    if not grant.granted_at <= now < grant.expires_at:
        return lazy_text("its time is over")
    if grant.uses_left == 0:
        return lazy_text("it is used up")
    if match.condition_error is not None:
        return lazy_text("the rule's condition could not be evaluated")
    if fingerprint(match.rule) != grant.rule_fingerprint:
        return lazy_text("another rule applies, or the rule was changed")
    if match.rule.grant is None:
        return lazy_text("the rule offers no grant")
    if (context.graph, context.action) != (grant.graph, grant.action):
        return lazy_text("it is for another action")
    if _holder(grant.scope, context, thread_id) != grant.holder:
        if grant.scope is GrantScope.THREAD:
            return lazy_text("it is for another thread")
        return lazy_text("it is for another requester")
    return None


def use(grant: Grant, match: Match, context: ActionContext, thread_id: str, now: datetime) -> Grant:
    """The grant with one more use. Raises GrantNotUsable, with the reason.

    Concurrent uses are detected by the store: by compare-and-set on `uses`.
    """
    reason = why_not_covered(grant, match, context, thread_id, now)
    if reason is not None:
        raise GrantNotUsable(lazy_text("This grant does not cover the action: {reason}.", reason=reason))
    return replace(grant, uses=grant.uses + 1, last_used_at=now)


def revoke(grant: Grant, now: datetime, by: str | None = None) -> Grant:
    return grant if grant.revoked_at is not None else replace(grant, revoked_at=now, revoked_by=by)


def _holder(scope: GrantScope, context: ActionContext, thread_id: str) -> str | None:
    if scope is GrantScope.THREAD:
        return thread_id
    return context.requester.id if context.requester is not None else None
