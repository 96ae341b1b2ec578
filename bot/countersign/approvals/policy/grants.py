"""Grants: “Approve and don't ask again”, for the same rule and action, in one thread or for one requester.

A grant never covers more than was seen: it belongs to the rule as it was, its condition on the arguments
included, and a rule that changed is another rule.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.matching import ActionContext, Match
from countersign.approvals.policy.rule import GrantScope
from countersign.approvals.policy.stored import fingerprint


class NoGrantOffered(CountersignError):
    """The rule for this offers no approval for the next times."""


class GrantNotUsable(CountersignError):
    """This grant does not cover the action, so people are asked."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    id: UUID
    rule_name: str
    rule_fingerprint: str
    condition: str | None  # the rule's `when`, as it was seen; the fingerprint covers it
    graph: str
    action: str
    scope: GrantScope
    holder: str  # the thread's id or the requester's, as the scope says
    granted_by: str  # a user id
    granted_at: datetime
    expires_at: datetime
    max_uses: int | None
    uses: int = 0
    revoked_at: datetime | None = None


def open_grant(
    *, grant_id: UUID, match: Match, context: ActionContext, thread_id: str, granted_by: str, now: datetime
) -> Grant:
    """The grant that this rule offers for this action. Raises NoGrantOffered."""
    offer = match.rule.grant
    holder = _holder(offer.scope, context, thread_id) if offer is not None else None
    if offer is None or holder is None or match.condition_error is not None:
        raise NoGrantOffered
    return Grant(
        id=grant_id,
        rule_name=match.rule.name,
        rule_fingerprint=fingerprint(match.rule),
        condition=match.rule.selector.when,
        graph=context.graph,
        action=context.action,
        scope=offer.scope,
        holder=holder,
        granted_by=granted_by,
        granted_at=now,
        expires_at=now + offer.lasts,
        max_uses=offer.max_uses,
    )


def why_not_covered(
    grant: Grant, match: Match, context: ActionContext, thread_id: str, now: datetime
) -> str | None:
    """Why the grant does not cover this action now; None if it does.

    `match` is the action's rule by the policy of now: its condition holds for these arguments.
    """
    if grant.revoked_at is not None:
        return "it was revoked"
    if not grant.granted_at <= now < grant.expires_at:
        return "its time is over"
    if grant.max_uses is not None and grant.uses >= grant.max_uses:
        return "it is used up"
    if match.condition_error is not None:
        return "the rule's condition could not be evaluated"
    if fingerprint(match.rule) != grant.rule_fingerprint:
        return "another rule applies, or the rule was changed"
    if (context.graph, context.action) != (grant.graph, grant.action):
        return "it is for another action"
    if _holder(grant.scope, context, thread_id) != grant.holder:
        return f"it is for another {grant.scope.value}"
    return None


def use(grant: Grant, match: Match, context: ActionContext, thread_id: str, now: datetime) -> Grant:
    """The grant with one more use. Raises GrantNotUsable, with the reason.

    Two uses at once are told apart where grants are stored: by compare-and-set on `uses`.
    """
    reason = why_not_covered(grant, match, context, thread_id, now)
    if reason is not None:
        raise GrantNotUsable(f"This grant does not cover the action: {reason}.")
    return replace(grant, uses=grant.uses + 1)


def revoke(grant: Grant, now: datetime) -> Grant:
    return grant if grant.revoked_at is not None else replace(grant, revoked_at=now)


def _holder(scope: GrantScope, context: ActionContext, thread_id: str) -> str | None:
    if scope is GrantScope.THREAD:
        return thread_id
    return context.requester.id if context.requester is not None else None
