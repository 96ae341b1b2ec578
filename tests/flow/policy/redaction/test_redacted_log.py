"""Of which approvals of a thread the log hides what their rules redact."""

from typing import TYPE_CHECKING, cast

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.redaction.redacted_log import RedactedLog
from countersign.flow.review import Review
from countersign.log_redaction import without_hidden
from tests.approvals.policy.policies import a_policy, a_rule
from tests.approvals.test_record import an_approval
from tests.flow.rows import REF, work

if TYPE_CHECKING:
    from countersign.flow.ports import Store

IBAN, NAME = "DE02 1203 0000", "Ann Miller"
SAID = f"to {IBAN} of {NAME}"
HIDES = 'redact = ["/iban"]'
POLICY = CurrentPolicy(a_policy(f'[[rule]]\nname = "r"\n{HIDES}\n'))
PLAIN = CurrentPolicy(a_policy('[[rule]]\nname = "r"\n'))


def asking(rule: str) -> Approval:
    value: Json = {"type": "tool_approval", "name": "pay", "args": {"iban": IBAN, "name": NAME}}
    return an_approval(a_rule(rule), value=value)


class ClosedApprovals:
    def __init__(self, *closed: Approval) -> None:
        self._closed = closed
        self.asked = 0

    async def closed_reviews(self, thread_id: str) -> tuple[Review, ...]:
        assert thread_id == REF.id
        self.asked += 1
        return tuple(map(Review, self._closed))


async def logged(closed: ClosedApprovals, policy: CurrentPolicy | None, *waiting: Approval) -> str:
    async with RedactedLog(cast("Store", closed), policy).of(work(*waiting)):
        return str(without_hidden(SAID))


async def test_what_the_rules_of_what_waits_redact_is_hidden() -> None:
    assert await logged(ClosedApprovals(), POLICY, asking(HIDES)) == f"to Redacted of {NAME}"
    assert await logged(ClosedApprovals(), POLICY, asking("")) == SAID
    both = await logged(ClosedApprovals(), POLICY, asking(HIDES), asking('redact = ["/name"]'))
    assert both == "to Redacted of Redacted"


async def test_what_is_closed_counts_too_where_the_file_redacts_anything() -> None:
    assert await logged(ClosedApprovals(asking(HIDES)), POLICY) == f"to Redacted of {NAME}"


@pytest.mark.parametrize("policy", [PLAIN, None])
async def test_where_the_file_redacts_nothing_the_database_is_not_asked(policy: CurrentPolicy | None) -> None:
    closed = ClosedApprovals(asking(HIDES))
    assert await logged(closed, policy, asking(HIDES)) == f"to Redacted of {NAME}", "a rule of its own"
    assert closed.asked == 0


async def test_redaction_of_the_log_ends_with_the_run() -> None:
    await logged(ClosedApprovals(), POLICY, asking(HIDES))
    assert without_hidden(SAID) == SAID
