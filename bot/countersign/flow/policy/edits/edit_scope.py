"""Keeps a decision from leaving the rule of its approval: its new arguments may be those of a stricter rule.

A rule is matched when an approval opens, so whoever may approve a refund of 50 could otherwise make it one of
50,000: by an edit, by an answer with an amount, or by a change of the graph's state.
"""

from dataclasses import replace

from countersign.approvals.decision import Decision
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.policy.policy import NO_POLICY
from countersign.approvals.policy.stored import fingerprint
from countersign.approvals.policy.strictness import asks_for_as_much
from countersign.flow.policy.action_contexts import action_contexts
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.edits.decided_arguments import decided_arguments
from countersign.flow.ports import ApproverDirectory
from countersign.flow.review import Review
from countersign.i18n import N_, lazy_text

_OTHER_RULE = N_(
    "With these values the rule “{rule}” applies, which asks for other approvals. "
    "Reject this, and ask the agent again with these values."
)


class EditScope:
    def __init__(self, policy: CurrentPolicy, directory: ApproverDirectory | None) -> None:
        self._policy = policy
        self._directory = directory

    async def check(self, review: Review, row: int, decision: Decision) -> None:
        """Raise MayNotDecide if another rule is for the decided arguments, and asks for more or for others.

        If the file was changed since it was asked, what counts is whether the decision makes a difference in
        the file of now. Raises RateLimited, SlackRefused or SlackUnreachable.
        """
        policy, approval = self._policy.policy, review.approval
        if not decision.proposes and decision.state is None:
            return
        if not approval.rules or policy == NO_POLICY:
            return
        asked = (await action_contexts(review, policy, self._directory))[row]
        of_row = review.unrestricted_request.rows[row]
        args = decided_arguments(of_row, of_row.args, decision, approval.state_before)
        rule = policy.rule_for(replace(asked, args=args)).rule
        same = fingerprint(rule) == fingerprint(policy.rule_for(asked).rule)
        if not same and not asks_for_as_much(approval.rule(row), rule, decision):
            raise MayNotDecide(lazy_text(_OTHER_RULE, rule=rule.name))
