"""A rule of the policy file: which actions it is for, who may decide them, and what the clock does."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import cached_property

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.approver_set import MEMBERS, ApproverSet
from countersign.approvals.policy.clock.working_hours import WorkingHours


class ReasonRequired(StrEnum):
    NEVER = "never"
    REJECT = "reject"
    ALWAYS = "always"


class OnExpiry(StrEnum):
    REJECT = "reject"
    APPROVE = "approve"
    KEEP = "keep"  # it stays open
    RESPOND = "respond"


class Notify(StrEnum):
    APPROVERS = "approvers"
    NOBODY = "nobody"


class GrantScope(StrEnum):
    THREAD = "thread"
    REQUESTER = "requester"


@dataclass(frozen=True, kw_only=True)
class Selector:
    """What a rule is for: globs, of which one per key must match. Empty: any."""

    graph: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()  # `#name` globs, and globs of ids
    requester: tuple[str, ...] = ()  # globs of user ids, and `@group` globs
    when: str | None = None  # a CEL expression


@dataclass(frozen=True, kw_only=True)
class Timers:
    """Durations of the rule's clock, from when the approval opens."""

    remind_after: timedelta | None = None
    escalate_after: timedelta | None = None
    escalate_to: tuple[ApproverSet, ...] = ()
    expire_after: timedelta | None = None
    on_expiry: OnExpiry = OnExpiry.REJECT
    expiry_response: str | None = None  # the words of `on_expiry = "respond: words"`
    request_expires_in: timedelta | None = None  # set by the request, not in the file; before the rule's end

    @property
    def at_expiry(self) -> OnExpiry:
        """What the end of the time makes of it: a request can set itself an end, and no approval."""
        return self.on_expiry if self.request_expires_in is None else OnExpiry.REJECT


@dataclass(frozen=True, kw_only=True)
class GrantOffer:
    """“Approve and don't ask again”, as the rule offers it."""

    lasts: timedelta
    scope: GrantScope = GrantScope.THREAD
    max_uses: int | None = None


ANY_DECISION = frozenset(DecisionKind)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Defaults are those of a setup without a policy file."""

    name: str
    selector: Selector = Selector()
    approvers: tuple[ApproverSet, ...] = (ApproverSet(source=MEMBERS),)
    quorum: int = 1  # approvals by different people; at least the seats of `approvers`
    rejections: int = 1  # rejections by different people that end it
    requester_may_decide: bool = True
    decisions: frozenset[DecisionKind] = ANY_DECISION
    reason: ReasonRequired = ReasonRequired.NEVER
    replies: bool = True
    state_changes: bool = False  # whether the graph's state may be changed with an answer
    confirm: str | None = None  # the text of the second question; None: it is not asked
    summary: str | None = None  # a template: "Refund {amount} {currency} to {customer}"
    post_to: str = "thread"  # or a channel, `#name` or id
    notify: Notify | tuple[str, ...] = Notify.NOBODY  # or user ids
    timers: Timers = Timers()
    hours: WorkingHours | None = None  # the timers run then only; None: always
    freeze: str | None = None  # the path of an iCalendar file, as it is written in the policy file
    break_glass: tuple[ApproverSet, ...] = ()
    grant: GrantOffer | None = None
    undo: timedelta | None = None
    valid_for: timedelta | None = None
    auto: DecisionKind | None = None  # APPROVE or REJECT without asking
    redact: tuple[str, ...] = ()  # JSON Pointers into the arguments
    line: int | None = field(default=None, compare=False)  # its line in the file

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Computed once: a rule is looked up in caches many times for each approval."""
        return hash((self.name, self.selector, self.approvers, self.timers, self.decisions))

    @property
    def seats(self) -> int:
        return sum(approvers.count for approvers in self.approvers)

    def without_shortcuts(self) -> "Rule":
        """The same rule, asking people in every case.

        For a rule whose condition could not be evaluated: such a rule matches so that people are asked, and
        must not approve by itself what its condition was meant to tell apart.
        """
        silent_yes = self.timers.on_expiry is OnExpiry.APPROVE
        timers = replace(self.timers, on_expiry=OnExpiry.REJECT) if silent_yes else self.timers
        auto = None if self.auto is DecisionKind.APPROVE else self.auto
        return replace(self, auto=auto, grant=None, timers=timers)


NO_RULE = "(no rule)"  # the name of what holds where no rule of the file matches
