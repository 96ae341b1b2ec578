"""A policy: the rules of one file, in order, and what holds where none of them matches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from countersign.approvals.policy.clock.freeze_calendar import Freeze, FreezeCalendar
from countersign.approvals.policy.matching import ActionContext, Match, RuleIndex
from countersign.approvals.policy.rule import NO_RULE, Rule

_MEMBERS_DECIDE = Rule(name=NO_RULE)


@dataclass(frozen=True, kw_only=True)
class Policy:
    rules: tuple[Rule, ...] = ()
    fallback: Rule = _MEMBERS_DECIDE  # `[defaults]` alone
    calendars: Mapping[str, FreezeCalendar] = field(default_factory=dict)  # by the path in the file
    workspaces: Mapping[str, "Policy"] = field(default_factory=dict)  # with rules of their own

    def of_workspace(self, team: str) -> "Policy":
        """The rules of this workspace: its own where the file has some, or else those for all."""
        return self.workspaces.get(team, self)

    @cached_property
    def uses_channel_names(self) -> bool:
        """Whether a rule may depend on what the channel is called."""
        return any(
            any(pattern.startswith("#") for pattern in rule.selector.channel)
            or "channel" in (rule.selector.when or "")
            for rule in self.rules
        )

    @cached_property
    def uses_groups(self) -> bool:
        """Whether a rule may depend on the requester's groups."""
        return any(
            any(not pattern.startswith(("U", "W")) for pattern in rule.selector.requester)
            or "requester" in (rule.selector.when or "")
            for rule in self.rules
        )

    @cached_property
    def offers_state_changes(self) -> bool:
        own = (policy.offers_state_changes for policy in self.workspaces.values())
        return any(rule.state_changes for rule in (*self.rules, self.fallback)) or any(own)

    @cached_property
    def redacts(self) -> bool:
        own = (policy.redacts for policy in self.workspaces.values())
        return any(rule.redact for rule in (*self.rules, self.fallback)) or any(own)

    def freeze(self, rule: Rule, at: datetime) -> Freeze | None:
        """The freeze of the rule's calendar that lasts at this moment, if the file has that calendar."""
        calendar = self.calendars.get(rule.freeze) if rule.freeze is not None else None
        return calendar.at(at, rule.hours.zone if rule.hours is not None else "UTC") if calendar else None

    def rule_for(self, context: ActionContext) -> Match:
        return self._index.first_match(context)

    @cached_property
    def _index(self) -> RuleIndex:
        return RuleIndex(self.rules, self.fallback)


NO_POLICY = Policy()
