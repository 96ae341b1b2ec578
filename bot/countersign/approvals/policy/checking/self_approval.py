"""Rules under which people approve their own requests: valid, but without a second pair of eyes."""

from collections.abc import Iterator

from countersign.approvals.policy.approver_set import SourceKind
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.rule import NO_RULE, Rule


def self_approval_warnings(policy: Policy) -> tuple[str, ...]:
    """For operators: a line for each rule under which somebody can approve their own request."""
    every = (policy, *policy.workspaces.values())
    return tuple(dict.fromkeys(line for each in every for line in _warnings(each)))


def _warnings(policy: Policy) -> Iterator[str]:
    for rule in (*policy.rules, policy.fallback):
        if rule.auto is not None or not rule.requester_may_decide:
            continue
        sets = (*rule.approvers, *rule.timers.escalate_to)
        people = {name for each in sets for name in each.source.names}
        kinds = {each.source.kind for each in sets}
        if kinds == {SourceKind.USERS} and len(people) == 1:
            yield f"{_name(rule)}: {people.pop()} alone decides, also what they ask for themselves."
        elif kinds == {SourceKind.REQUESTER}:
            yield f"{_name(rule)}: whoever asks decides it themselves. Nobody else has to look at it."


def _name(rule: Rule) -> str:
    if rule.name == NO_RULE:
        return "[defaults]"
    return f"line {rule.line} “{rule.name}”" if rule.line else f"“{rule.name}”"
