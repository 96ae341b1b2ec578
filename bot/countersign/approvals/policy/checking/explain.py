"""`policy explain`: which rule an action comes under, rule by rule, and what that rule asks for."""

from collections.abc import Iterator, Sequence

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.approver_set import ApproverSet, SourceKind
from countersign.approvals.policy.clock.durations import format_duration
from countersign.approvals.policy.clock.working_hours import WorkingHours
from countersign.approvals.policy.grant_permission import why_never_given
from countersign.approvals.policy.matching import ActionContext, Comparison, compare
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.rule import (
    ANY_DECISION,
    NO_RULE,
    GrantOffer,
    GrantScope,
    Notify,
    OnExpiry,
    ReasonRequired,
    Rule,
)

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ON_EXPIRY = {
    OnExpiry.REJECT: "then it is rejected",
    OnExpiry.APPROVE: "then it is approved, unless somebody objected",
    OnExpiry.KEEP: "then it stays open",
    OnExpiry.RESPOND: "then the agent is told",
}


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
        f"action “{context.action}” of graph “{context.graph}” in {_channel(context)}, "
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


def _channel(context: ActionContext) -> str:
    return context.channel.label or "no channel (none was given)"


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
            return f"no, it is in {_channel(context)}, and it is for {_listed(selector.channel)}"
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
        done = "approved" if rule.auto is DecisionKind.APPROVE else "rejected"
        yield f"{done} without asking"
        if rule.auto is DecisionKind.REJECT or rule.freeze is None:
            return
        yield "asked during a freeze:"
    yield from _approvers(rule)
    if rule.quorum > 1 or rule.rejections > 1:
        yield f"{_count(rule.quorum, 'approval')} needed, {_count(rule.rejections, 'rejection')} to end it"
    if not rule.requester_may_decide:
        yield "the requester and the last editor can't decide, nor can anybody for them"
    if rule.decisions != ANY_DECISION:
        yield f"people may only {_either([kind.value for kind in DecisionKind if kind in rule.decisions])}"
    if rule.reason is not ReasonRequired.NEVER:
        yield f"a reason is required {'to reject' if rule.reason is ReasonRequired.REJECT else 'always'}"
    if rule.confirm is not None:
        yield f"Approve asks once more: “{rule.confirm}”"
    if not rule.replies:
        yield "words in the thread don't decide"
    if rule.state_changes:
        yield "the graph's state may be changed with an answer"
    yield from _seen(rule)
    yield from _timing(rule)
    if rule.freeze is not None:
        yield f"during the freezes in {rule.freeze} only break_glass approves"
    if rule.break_glass:
        yield f"break glass: {' or '.join(map(_set, rule.break_glass))}, to be reviewed by an approver"
    if rule.grant is not None:
        yield from _grant(rule, rule.grant)


def _approvers(rule: Rule) -> Iterator[str]:
    yield f"approvers: {' and '.join(map(_set, rule.approvers))}"
    if any(each.source.kind is not SourceKind.MEMBERS for each in rule.approvers):
        yield "whoever is away may delegate their seats to a full member: /approvals delegate"


def _set(approvers: ApproverSet) -> str:
    """With the ids of the people that it names."""
    if approvers.source.kind is not SourceKind.USERS:
        return str(approvers)
    ids = ", ".join(approvers.source.names)
    return ids if len(approvers.source.names) == approvers.count else f"{approvers.count} of {ids}"


def _seen(rule: Rule) -> Iterator[str]:
    if rule.summary is not None:
        yield f"the card's title: “{rule.summary}”"
    if rule.post_to != "thread":
        yield f"the card is posted in {rule.post_to}"
    if rule.notify is Notify.APPROVERS:
        yield "direct messages to the approvers"
    elif not isinstance(rule.notify, Notify):
        yield f"direct messages to {', '.join(rule.notify)}"
    if rule.redact:
        yield f"not shown: {', '.join(rule.redact)}"


def _timing(rule: Rule) -> Iterator[str]:
    timing = rule.timers
    if timing.remind_after is not None:
        yield f"reminded after {format_duration(timing.remind_after)}"
    if timing.escalate_to:
        to = " or ".join(map(_set, timing.escalate_to))
        if timing.escalate_after is not None:
            yield f"after {format_duration(timing.escalate_after)} {to} may decide it too"
        else:
            yield f"{to} may decide it if there is nobody else"
    if timing.expire_after is not None:
        yield f"expires after {format_duration(timing.expire_after)}: {_ON_EXPIRY[timing.on_expiry]}" + (
            f" “{timing.expiry_response}”" if timing.on_expiry is OnExpiry.RESPOND else ""
        )
    if rule.hours is not None:
        yield f"the clock runs only {_hours(rule.hours)}"
    if rule.valid_for is not None:
        yield f"asked again if the action has not run {format_duration(rule.valid_for)} after the approval"
    if rule.undo is not None:
        yield f"can be undone for {format_duration(rule.undo)}"


def _hours(hours: WorkingHours) -> str:
    days = ", ".join(_DAYS[day] for day in sorted(hours.days))
    holidays = f", without the holidays of {', '.join(hours.holidays)}" if hours.holidays else ""
    return f"{days} {_time(hours.opens)} to {_time(hours.closes)} {hours.zone}{holidays}"


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _grant(rule: Rule, grant: GrantOffer) -> Iterator[str]:
    never = why_never_given(rule)
    if never:
        yield f"a grant that nobody can give: {never}"
        return
    where = "in the thread" if grant.scope is GrantScope.THREAD else "for the requester"
    uses = f", {_count(grant.max_uses, 'time')} at most" if grant.max_uses else ""
    yield f"“Approve and don't ask again” for {format_duration(grant.lasts)} {where}{uses}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
