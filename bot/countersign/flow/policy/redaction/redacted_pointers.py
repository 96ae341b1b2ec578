"""The JSON Pointers that a rule redacts in a row of a review request.

A rule's pointers are into the arguments. At a breakpoint the arguments hold the state, and an edit changes
only the state: a pointer may be relative to either, and hides the field in both.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.redaction import RedactedValues, redact
from countersign.approvals.policy.rule import Rule
from countersign.approvals.votes.vote import Vote
from countersign.interrupts import ROOT, ReviewRequest, ReviewRow


def in_arguments(row: ReviewRow, rule: Rule) -> tuple[str, ...]:
    """The pointers into the row's arguments."""
    if row.edited_at == ROOT:
        return rule.redact
    below = tuple(row.edited_at + pointer for pointer in rule.redact if pointer not in {"", ROOT})
    return tuple(dict.fromkeys((*rule.redact, *below)))


def in_edited_value(row: ReviewRow, rule: Rule) -> tuple[str, ...]:
    """The pointers into what an edit changes, and into what the card shows of it."""
    if row.edited_at == ROOT:
        return rule.redact
    cut = (pointer.removeprefix(row.edited_at) or ROOT for pointer in rule.redact)
    return tuple(dict.fromkeys((*rule.redact, *cut)))


def redacted_values(request: ReviewRequest, rules: Sequence[Rule]) -> RedactedValues:
    """What the rules of all rows redact: one row may quote what is redacted of another.

    Without a policy there are no rules at all.
    """
    if not rules:
        return RedactedValues()
    found = (_of_row(row, rule) for row, rule in zip(request.rows, rules, strict=True) if rule.redact)
    return reduce(or_, found, RedactedValues())


def _of_row(row: ReviewRow, rule: Rule) -> RedactedValues:
    """Parts are looked at too: several stops at once show states that are not arguments."""
    shown: tuple[dict[str, Json], ...] = tuple({part.label: part.value} for part in row.parts)
    places = in_edited_value(row, rule)
    parts = (RedactedValues.of(part, places) for part in shown) if row.edited_at != ROOT else ()
    return reduce(or_, parts, RedactedValues.of(dict(row.args), in_arguments(row, rule)))


def redacted_edit(request: ReviewRequest, rules: Sequence[Rule], row: int, value: Json) -> Json:
    """What an edit came to, as the ledger keeps it."""
    if not rules:
        return value
    places = in_edited_value(request.rows[row], rules[row])
    return redacted_values(request, rules).cleaned(redact(value, places))


def with_shown_answers(approval: Approval, request: ReviewRequest) -> Approval:
    """The approval whose answers are as people see them: an option that was chosen may be redacted."""
    values = redacted_values(request, approval.rules)
    if not values.values:
        return approval

    def shown(vote: Vote) -> Vote:
        if vote.decision.kind is not DecisionKind.RESPOND:
            return vote
        return replace(vote, decision=replace(vote.decision, value=values.cleaned(vote.decision.value)))

    return replace(
        approval,
        votes=tuple(shown(vote) if vote is not None else None for vote in approval.votes),
        row_votes=tuple(
            replace(
                row,
                votes=tuple(map(shown, row.votes)),
                proposal=shown(row.proposal) if row.proposal is not None else None,
            )
            for row in approval.row_votes
        ),
    )
