"""Whether one rule asks for at least as much as another before something is approved."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.policy.approver_set import MEMBERS
from countersign.approvals.policy.rule import OnExpiry, ReasonRequired, Rule

_REASONS = (ReasonRequired.NEVER, ReasonRequired.REJECT, ReasonRequired.ALWAYS)


def asks_for_as_much(rule: Rule, other: Rule, decision: Decision) -> bool:
    """Whether what people approve under `rule` by this decision would be approved under `other` too.

    In doubt it would not: two rules that name other approvers cannot be compared.
    """
    if not COMPARED["freeze"](rule, other):
        return False
    if other.auto is not None:
        return other.auto is DecisionKind.APPROVE
    return (
        decision.kind in other.decisions
        and (decision.state is None or other.state_changes)
        and all(compare(rule, other) for compare in COMPARED.values())
    )


def _has_seats_of(rule: Rule, other: Rule) -> bool:
    """Whoever fills the seats of `rule` fills those of `other`. Any member fills one of the workspace."""
    own = {each.source: each.count for each in rule.approvers}
    return all(each.source == MEMBERS or own.get(each.source, 0) >= each.count for each in other.approvers)


def _has_timers_of(rule: Rule, other: Rule) -> bool:
    """The clock brings in nobody sooner, approves nothing by itself, and ends it no later."""
    own, others = rule.timers, other.timers
    if own.escalate_to and own.escalate_to != others.escalate_to:
        return False
    if own.escalate_to and not _comes_no_sooner(rule, other, own.escalate_after, others.escalate_after):
        return False
    if own.on_expiry is OnExpiry.APPROVE and own.expire_after and others.on_expiry is not OnExpiry.APPROVE:
        return False
    ends = others.expire_after is not None and others.on_expiry in (OnExpiry.REJECT, OnExpiry.RESPOND)
    return not ends or (
        own.on_expiry is not OnExpiry.KEEP
        and _comes_no_sooner(other, rule, others.expire_after, own.expire_after)
    )


def _comes_no_sooner(later: Rule, sooner: Rule, after: timedelta | None, before: timedelta | None) -> bool:
    """Whether a timer of `later` fires no sooner than one of `sooner`; None: never.

    Working hours only delay a timer. Two rules with other hours cannot be compared.
    """
    if after is None:
        return True
    return before is not None and after >= before and sooner.hours in (None, later.hours)


def _hides_what_is_hidden(rule: Rule, other: Rule) -> bool:
    """What `other` redacts was not shown under `rule`: the pointer, or one to a value that it is in."""
    return all(
        any(pointer in ("/", theirs) or theirs.startswith(f"{pointer}/") for pointer in rule.redact)
        for theirs in other.redact
    )


# By the key of the rule: whether the first rule is as strict as the second in it.
COMPARED: Mapping[str, Callable[[Rule, Rule], bool]] = {
    "approvers": _has_seats_of,
    "quorum": lambda rule, other: rule.quorum >= other.quorum,
    "rejections": lambda rule, other: rule.rejections <= other.rejections,
    "requester_may_decide": lambda rule, other: other.requester_may_decide or not rule.requester_may_decide,
    "reason": lambda rule, other: _REASONS.index(rule.reason) >= _REASONS.index(other.reason),
    "replies": lambda rule, other: other.replies or not rule.replies,
    "confirm": lambda rule, other: other.confirm in (None, rule.confirm),
    "timers": _has_timers_of,
    "freeze": lambda rule, other: other.freeze in (None, rule.freeze),
    "break_glass": lambda rule, other: rule.break_glass in ((), other.break_glass),
    "undo": lambda rule, other: (rule.undo or timedelta()) >= (other.undo or timedelta()),
    "valid_for": lambda rule, other: (rule.valid_for or timedelta.max) <= (other.valid_for or timedelta.max),
    "redact": _hides_what_is_hidden,
}
# By the decision; by what it says; and with the timers.
COMPARED_APART = frozenset({"decisions", "state_changes"} | {"auto"} | {"hours"})
# Fields about matching, appearance, notifications and later requests.
NOT_COMPARED = frozenset({"name", "line", "selector", "summary", "post_to", "notify", "grant"})
