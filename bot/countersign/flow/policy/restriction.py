"""A review request as the rules of its rows leave it: fewer decisions."""

from collections.abc import Sequence
from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.rule import Rule
from countersign.interrupts import ReviewRequest, ReviewRow


def restrict(request: ReviewRequest, rules: Sequence[Rule]) -> ReviewRequest:
    """The request with each row's decisions limited to its rule's; without rules as it is."""
    if not rules:
        return request
    rows = tuple(_restricted(row, rule) for row, rule in zip(request.rows, rules, strict=True))
    return replace(request, rows=rows)


def _restricted(row: ReviewRow, rule: Rule) -> ReviewRow:
    kinds = row.allowed & rule.decisions
    # Any other answer is a respond, also on a row that has no button for one.
    answers_freely = DecisionKind.RESPOND in rule.decisions
    forms = {kind: form for kind, form in row.forms.items() if kind in kinds}
    return replace(
        row,
        answers={kind: answer for kind, answer in row.answers.items() if kind in kinds},
        forms=forms,
        options=row.options if answers_freely else (),
        cancellation=row.cancellation if DecisionKind.REJECT in rule.decisions else None,
        other=row.other if answers_freely else None,
    )
