"""Keeps an edit from leaving the rule of its approval: its new arguments may be those of a stricter rule.

A rule is matched when an approval opens, so whoever may approve a refund of 50 could otherwise make it one of
50,000.
"""

from dataclasses import replace

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.json import Json
from countersign.approvals.policy.matching import ActionContext
from countersign.approvals.policy.policy import NO_POLICY
from countersign.approvals.policy.stored import fingerprint
from countersign.approvals.policy.strictness import asks_for_as_much
from countersign.flow.policy.action_contexts import action_contexts
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.ports import ApproverDirectory
from countersign.flow.review import Review
from countersign.i18n import N_, lazy_text
from countersign.interrupts import ROOT, ReviewRow
from countersign.interrupts.pointer import put

_OTHER_RULE = N_(
    "With these values the rule “{rule}” applies, which asks for other approvals. "
    "Reject this, and ask the agent again with these values."
)


class EditScope:
    def __init__(self, policy: CurrentPolicy, directory: ApproverDirectory | None) -> None:
        self._policy = policy
        self._directory = directory

    async def check(self, review: Review, row: int, decision: Decision) -> None:
        """Raise MayNotDecide if another rule is for the edited arguments, and asks for more or for others.

        If the file was changed since it was asked, what counts is whether the edit makes a difference in the
        file of now. Raises RateLimited, SlackRefused or SlackUnreachable.
        """
        policy, approval = self._policy.policy, review.approval
        if decision.kind is not DecisionKind.EDIT or not approval.rules or policy == NO_POLICY:
            return
        asked = (await action_contexts(review, policy, self._directory))[row]
        edited = _edited(asked, review.unrestricted_request.rows[row], decision.value)
        rule = policy.rule_for(edited).rule
        same = fingerprint(rule) == fingerprint(policy.rule_for(asked).rule)
        if not same and not asks_for_as_much(approval.rule(row), rule):
            raise MayNotDecide(lazy_text(_OTHER_RULE, rule=rule.name))


def _edited(asked: ActionContext, row: ReviewRow, value: Json) -> ActionContext:
    """The action with the arguments as the edit leaves them."""
    if row.edited_at != ROOT:
        args = put(dict(row.args), row.edited_at, value)
    elif isinstance(value, dict):
        args = value
    else:  # one text of the payload, under the key that has it
        base = row.forms[DecisionKind.EDIT].base
        args = {key: value if item == base else item for key, item in row.args.items()}
    return replace(asked, args=args if isinstance(args, dict) else {})
