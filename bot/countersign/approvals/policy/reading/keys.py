"""The keys of a rule: how each is read, and where it goes."""

from collections.abc import Callable, Mapping
from typing import Any

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.reading import tables, values
from countersign.approvals.policy.rule import ReasonRequired, Rule, Selector, Timers

Reader = Callable[[object], Any]

SELECTORS: dict[str, Reader] = {
    "graph": values.globs,
    "action": values.globs,
    "channel": values.channel_globs,
    "requester": values.requester_globs,
    "when": values.condition,
}
TIMERS: dict[str, Reader] = {
    "remind_after": values.duration,
    "escalate_after": values.duration,
    "escalate_to": tables.any_of,
    "expire_after": values.duration,
    "on_expiry": tables.on_expiry,
}
# What `[defaults]` takes too.
SETTINGS: dict[str, Reader] = {
    "approvers": tables.approvers,
    "quorum": values.whole_number,
    "rejections": values.whole_number,
    "requester_may_decide": values.boolean,
    "decisions": values.decisions,
    "reason": values.one_of(ReasonRequired),
    "replies": values.boolean,
    "state_changes": values.boolean,
    "confirm": values.confirm,
    "summary": values.template,
    "post_to": tables.post_to,
    "notify": tables.notify,
    **TIMERS,
    "hours": tables.hours,
    "freeze": values.text,
    "break_glass": tables.any_of,
    "grant": tables.grant,
    "undo": values.seconds,
    "valid_for": values.duration,
    "auto": values.one_of(DecisionKind, (DecisionKind.APPROVE, DecisionKind.REJECT)),
    "redact": lambda value: values.each(value, values.pointer),
}
RULE: dict[str, Reader] = {"name": values.name, **SELECTORS, **SETTINGS}

# What people call them elsewhere.
OTHER_WORDS = {
    "timeout": "expire_after",
    "expires_in": "expire_after",
    "reminder": "remind_after",
    "if": "when",
    "condition": "when",
    "tool": "action",
    "tools": "action",
    "user": "requester",
    "users": "approvers",
    "group": "approvers",
    "reviewers": "approvers",
    "count": "quorum",
    "min_approvals": "quorum",
    "required_approvals": "quorum",
    "self_approval": "requester_may_decide",
    "id": "name",
}


def build_rule(read: Mapping[str, Any], line: int | None, *, raise_quorum: bool) -> Rule:
    """The rule of these values, as the readers gave them.

    `raise_quorum`: the quorum comes from `[defaults]`, so it grows with the seats that the rule asks for.
    """
    selector = Selector(**{key: read[key] for key in SELECTORS if key in read})
    timing = {key: read[key] for key in TIMERS if key in read}
    if "on_expiry" in timing:
        timing["on_expiry"], timing["expiry_response"] = timing["on_expiry"]
    settings = {key: read[key] for key in SETTINGS if key in read and key not in TIMERS}
    seats = sum(approvers.count for approvers in read.get("approvers", ()))
    if raise_quorum or "quorum" not in settings:
        settings["quorum"] = max(settings.get("quorum", 1), seats)
    return Rule(name=read["name"], selector=selector, timers=Timers(**timing), line=line, **settings)
