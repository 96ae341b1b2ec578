"""`policy replay`: what a policy would require for past actions, compared with what was required then."""

from dataclasses import dataclass

from countersign.approvals.policy.checking.explain import describe
from countersign.approvals.policy.matching import ActionContext, Match
from countersign.approvals.policy.policy import NO_POLICY, Policy
from countersign.approvals.policy.rule import NO_RULE, Rule


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """One action under the rule of then and under the rule of now."""

    context: ActionContext
    then: Rule
    now: Match

    @property
    def differs(self) -> bool:
        """Whether something else is asked of people; the rule's name and its line do not count."""
        return requirements(self.then) != requirements(self.now.rule)

    @property
    def change(self) -> tuple[str, ...]:
        """From which rule to which, and each line of what they ask for that only one of the two has."""
        then, now = requirements(self.then), requirements(self.now.rule)
        return (
            f"was {_rule(self.then)}, would be {_rule(self.now.rule)}",
            *(f"- {line}" for line in then if line not in now),
            *(f"+ {line}" for line in now if line not in then),
        )


def replay(policy: Policy, context: ActionContext, then: Rule | None) -> Replayed:
    """`then` is the rule that is stored with the approval; None if there was no policy."""
    if then is None:
        then = NO_POLICY.rule_for(context).rule
    return Replayed(context=context, then=then, now=policy.rule_for(context))


def requirements(rule: Rule) -> tuple[str, ...]:
    """What the rule asks for, as `policy explain` says it."""
    return tuple(describe(rule))


def _rule(rule: Rule) -> str:
    return "under no rule" if rule.name == NO_RULE else f"“{rule.name}”"
