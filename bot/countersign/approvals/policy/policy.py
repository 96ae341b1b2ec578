"""A policy: the rules of one file, in order, and what holds where none of them matches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from countersign.approvals.policy.clock.freeze_calendar import FreezeCalendar
from countersign.approvals.policy.matching import ActionContext, Match, first_match
from countersign.approvals.policy.rule import NO_RULE, Rule

_MEMBERS_DECIDE = Rule(name=NO_RULE)


@dataclass(frozen=True, kw_only=True)
class Policy:
    rules: tuple[Rule, ...] = ()
    fallback: Rule = _MEMBERS_DECIDE  # `[defaults]` alone
    calendars: Mapping[str, FreezeCalendar] = field(default_factory=dict)  # by the path in the file

    def rule_for(self, context: ActionContext) -> Match:
        return first_match(self.rules, self.fallback, context)


NO_POLICY = Policy()
