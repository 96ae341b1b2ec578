"""Whether one rule asks for at least as much as another before something is approved."""

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.policy.approver_set import MEMBERS
from countersign.approvals.policy.rule import ReasonRequired, Rule

_REASONS = (ReasonRequired.NEVER, ReasonRequired.REJECT, ReasonRequired.ALWAYS)


def asks_for_as_much(rule: Rule, other: Rule, decision: Decision) -> bool:
    """Whether what people approve under `rule` by this decision would be approved under `other` too.

    In doubt it would not: two rules that name other approvers cannot be compared.
    """
    if other.freeze is not None and other.freeze != rule.freeze:
        return False
    if other.auto is not None:
        return other.auto is DecisionKind.APPROVE
    return (
        decision.kind in other.decisions
        and (decision.state is None or other.state_changes)
        and rule.quorum >= other.quorum
        and _has_seats_of(rule, other)
        and (other.requester_may_decide or not rule.requester_may_decide)
        and _REASONS.index(rule.reason) >= _REASONS.index(other.reason)
        and rule.break_glass in ((), other.break_glass)
        and rule.timers.escalate_to in ((), other.timers.escalate_to)
    )


def _has_seats_of(rule: Rule, other: Rule) -> bool:
    """Whoever fills the seats of `rule` fills those of `other`. Any member fills one of the workspace."""
    own = {each.source: each.count for each in rule.approvers}
    return all(each.source == MEMBERS or own.get(each.source, 0) >= each.count for each in other.approvers)
