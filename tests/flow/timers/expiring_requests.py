"""Approvals that nobody decides in time, of each kind of question."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule
from countersign.flow.review import Review
from tests.approvals.policy.policies import a_rule
from tests.approvals.test_record import an_approval

EXPIRES = 'expire_after = "2h"\n'
REJECTED = "Expired: nobody answered by 2026-11-26 14:00 UTC."


def actions(*allowed: Sequence[str]) -> Json:
    """One tool call for each of these lists of what may be decided of it."""
    return {
        "action_requests": [{"name": f"pay{at}", "args": {"amount": 1}} for at in range(len(allowed))],
        "review_configs": [
            {"action_name": f"pay{at}", "allowed_decisions": list(kinds)} for at, kinds in enumerate(allowed)
        ],
    }


def asked(value: Json, *rules: Rule | str, **changes: object) -> Approval:
    """An approval of this question, under a rule for each of its rows."""
    given = tuple(a_rule(EXPIRES + each) if isinstance(each, str) else each for each in rules)
    approval: Approval = replace(an_approval(*given, value=value), id=uuid4(), **changes)  # type: ignore[arg-type]
    assert len(Review(approval).request.rows) == len(approval.votes)
    return approval
