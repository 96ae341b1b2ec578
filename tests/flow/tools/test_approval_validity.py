"""Whether an approval still counts when its action is about to run."""

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.approvals.approval import Approval
from countersign.flow.tools.approval_validity import ApprovalValidity
from tests.approvals.policy.policies import a_rule
from tests.flow.rows import NOW, an_approval, decided

HOUR = a_rule('valid_for = "1h"')


def of_call(call: str | None, *, hours_ago: float) -> Approval:
    asked = an_approval(f"i{call}{hours_ago}")
    approval = decided(replace(asked, rules=(HOUR,), value={"tool_call_id": call} if call else "Go on?"))
    at = NOW - timedelta(hours=hours_ago)
    return replace(approval, votes=tuple(vote and replace(vote, at=at) for vote in approval.votes))


class Decided:
    def __init__(self, *approvals: Approval) -> None:
        self.approvals = approvals

    async def last_decided(self, thread_id: str) -> tuple[Approval, ...]:
        assert thread_id == "T1/C1/1.0"
        return self.approvals


FRESH, OLD = of_call("call_1", hours_ago=0.5), of_call("call_2", hours_ago=2)


@pytest.mark.parametrize(
    ("approvals", "call", "valid"),
    [
        ((FRESH, OLD), "call_1", True),
        ((FRESH, OLD), "call_2", False),
        ((FRESH, OLD), None, False),
        ((FRESH, OLD), "call_3", False),
        ((FRESH,), None, True),
        ((of_call(None, hours_ago=2), FRESH), None, False),
        ((), "call_1", True),
    ],
    ids=["its own", "too old", "all count", "no such call", "one", "not of a call", "nothing asked"],
)
async def test_the_approval_of_the_call_counts_and_without_one_all_of_them(
    approvals: tuple[Approval, ...], call: str | None, valid: bool
) -> None:
    asked = ApprovalValidity(Decided(*approvals), lambda: NOW)
    assert await asked.is_valid("T1/C1/1.0", call) is valid
