"""What is wrong with a rule although each of its keys is right."""

from collections.abc import Iterator

from countersign.approvals.policy.approver_set import REQUESTER, SourceKind
from countersign.approvals.policy.reading.problems import Mistake
from countersign.approvals.policy.rule import Rule

# Keys that do nothing without another.
_NEEDS = {"on_expiry": "expire_after", "escalate_after": "escalate_to"}


def check(rule: Rule, own: frozenset[str]) -> Iterator[Mistake]:
    """The mistakes of a rule. `own` are the keys that it has itself, not from `[defaults]`."""
    if rule.quorum < rule.seats:
        yield Mistake(
            f"quorum: {rule.quorum} is less than the {rule.seats} people that approvers ask for",
            "leave quorum out, or raise it",
            ("quorum" if "quorum" in own else "approvers",),
        )
    people = _most_people(rule)
    for key, needed in (("quorum", rule.quorum), ("rejections", rule.rejections)):
        if people is not None and people < needed:
            at = key if key in own else "approvers"
            yield Mistake(f"{key}: {needed} people are needed, and only {people} may decide", at=(at,))
    if not rule.requester_may_decide and any(each.source == REQUESTER for each in rule.approvers):
        at = "requester_may_decide" if "requester_may_decide" in own else "approvers"
        yield Mistake("only the requester may decide, and requester_may_decide = false forbids it", at=(at,))
    for key, needed_key in _NEEDS.items():
        if key in own and not getattr(rule.timers, needed_key):
            yield Mistake(f"{key} does nothing without {needed_key}", f"add {needed_key}", (key,))


def _most_people(rule: Rule) -> int | None:
    """How many different people could ever decide; None where that is not known from the file."""
    named: set[str] = set()
    requester = 0
    for each in rule.approvers:
        if each.source.kind is SourceKind.USERS:
            named |= set(each.source.names)
        elif each.source == REQUESTER:
            requester = 1
        else:
            return None
    return len(named) + requester
