"""`policy explain`: which rule an action comes under, rule by rule, and what that rule asks for."""

from collections.abc import Iterator

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.approver_set import ApproverSet, SourceKind
from countersign.approvals.policy.clock.durations import format_duration
from countersign.approvals.policy.granting import why_never_given
from countersign.approvals.policy.matching import ActionContext, Comparison, compare
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.rule import ANY_DECISION, NO_RULE, OnExpiry, ReasonRequired, Rule


def explain(policy: Policy, context: ActionContext) -> tuple[str, ...]:
    """Lines for an operator. They say of each rule why it does not match, up to the one that does."""
    return tuple(_lines(policy, context))


def condition_errors(policy: Policy, context: ActionContext) -> tuple[str, ...]:
    """The errors of conditions on the way to the rule, as `explain` shows them."""
    match = policy.rule_for(context)
    return (match.condition_error,) if match.condition_error else ()


def _lines(policy: Policy, context: ActionContext) -> Iterator[str]:
    requester = context.requester.id if context.requester else "nobody (a bot or a schedule)"
    yield (
        f"action “{context.action}” of graph “{context.graph}” in {context.channel.label}, "
        f"asked for by {requester}"
    )
    for rule in policy.rules:
        compared = compare(rule, context)
        yield f"  {_place(rule)}“{rule.name}”: {_why(compared, context)}"
        if compared.matches:
            break
    matched = policy.rule_for(context).rule
    if matched.name == NO_RULE:
        yield "  no rule matches: [defaults] hold"
    yield "so:"
    yield from (f"  {line}" for line in describe(matched))


def _place(rule: Rule) -> str:
    return f"line {rule.line} " if rule.line else ""


def _why(compared: Comparison, context: ActionContext) -> str:
    selector = compared.rule.selector
    match compared.differs:
        case None if compared.condition_error is not None:
            return (
                f"MATCHES, because its condition could not be evaluated ({compared.condition_error}): "
                f"{selector.when}"
            )
        case None:
            return f"MATCHES, {selector.when} is true" if selector.when else "MATCHES"
        case "when":
            return f"no, {selector.when} is false"
        case "graph":
            return f"no, graph is “{context.graph}”, and it is for {_listed(selector.graph)}"
        case "action":
            return f"no, action is “{context.action}”, and it is for {_listed(selector.action)}"
        case "channel":
            return f"no, channel is {context.channel.label}, and it is for {_listed(selector.channel)}"
        case _:
            return f"no, it is for requests of {_listed(selector.requester)}{_groups(context)}"


def _groups(context: ActionContext) -> str:
    if context.requester is None:
        return ", and nobody asked"
    groups = ", ".join(sorted(context.requester.groups)) or "no group"
    return f", and {context.requester.id} is in {groups}"


def _listed(patterns: tuple[str, ...]) -> str:
    return " or ".join(patterns)


def describe(rule: Rule) -> Iterator[str]:
    """What the rule asks for, a line per subject; what is as without a policy is left out."""
    if rule.auto is not None:
        yield f"{'approved' if rule.auto is DecisionKind.APPROVE else 'rejected'} without asking"
        return
    yield from _approvers(rule)
    if rule.quorum > 1 or rule.rejections > 1:
        yield f"approvals needed: {rule.quorum}; rejections that end it: {rule.rejections}"
    if not rule.requester_may_decide:
        yield "the requester, and whoever edits last, may not decide, nor may who stands in for them"
    if rule.decisions != ANY_DECISION:
        yield f"decisions: {', '.join(kind for kind in DecisionKind if kind in rule.decisions)}"
    if rule.reason is not ReasonRequired.NEVER:
        yield f"a reason is required: {rule.reason.value}"
    if not rule.replies:
        yield "words in the thread do not decide"
    if rule.state_changes:
        yield "the graph's state may be changed with an answer"
    if rule.post_to != "thread":
        yield f"the card goes to {rule.post_to}"
    yield from _timing(rule)
    if rule.freeze is not None:
        yield f"freezes: {rule.freeze}"
    if rule.break_glass:
        yield f"break glass: {' or '.join(map(_set, rule.break_glass))}, to be reviewed by an approver"
    if rule.grant is not None:
        never = why_never_given(rule)
        offered = f"grant never given ({never})" if never else "grant offered"
        uses = f", {rule.grant.max_uses} uses" if rule.grant.max_uses else ""
        yield f"{offered}: for {format_duration(rule.grant.lasts)}, per {rule.grant.scope.value}{uses}"
    if rule.redact:
        yield f"redacted: {', '.join(rule.redact)}"


def _approvers(rule: Rule) -> Iterator[str]:
    yield f"approvers: {' and '.join(map(_set, rule.approvers))}"
    if any(each.source.kind is not SourceKind.MEMBERS for each in rule.approvers):
        yield "who is away may delegate their seats to a full member: /approvals delegate"


def _set(approvers: ApproverSet) -> str:
    """With the ids of the people that it names."""
    if approvers.source.kind is not SourceKind.USERS:
        return str(approvers)
    ids = ", ".join(approvers.source.names)
    return ids if len(approvers.source.names) == approvers.count else f"{approvers.count} of {ids}"


def _timing(rule: Rule) -> Iterator[str]:
    timing = rule.timers
    during = " of working hours" if rule.hours is not None else ""
    if timing.remind_after is not None:
        yield f"reminder after {format_duration(timing.remind_after)}{during}"
    if timing.escalate_after is not None:
        to = " or ".join(map(_set, timing.escalate_to))
        yield f"escalated after {format_duration(timing.escalate_after)}{during} to {to}"
    if timing.expire_after is not None:
        then = (
            f"respond: {timing.expiry_response}"
            if timing.on_expiry is OnExpiry.RESPOND
            else timing.on_expiry.value
        )
        yield f"expires after {format_duration(timing.expire_after)}{during}, then: {then}"
    if rule.valid_for is not None:
        yield f"an approval counts for {format_duration(rule.valid_for)}"
    if rule.undo is not None:
        yield f"can be taken back for {format_duration(rule.undo)}"
