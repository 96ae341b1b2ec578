"""Rules hold at breakpoints, call by call and step by step."""

import pytest

from countersign.approvals.errors import MayNotDecide
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.breakpoint_graphs import paid, payments
from tests.flow.resuming.breakpoints.conftest import APPROVE, begun, results
from tests.support.harness import Harness, a_thread


async def test_a_breakpoint_is_under_the_policy_call_by_call(harness: Harness) -> None:
    harness.policy.policy = a_policy(
        """
        [[rule]]
        name = "small"
        action = "pay"
        when = "args.amount < 6"
        auto = "approve"

        [[rule]]
        name = "large"
        action = "pay"
        approvers = [{users = ["UCAROL"]}]
        """
    )
    thread, card = await begun(harness, "agent", payments((5, "ann"), (7, "bo")))
    assert card.open_rows == (1,)
    assert not paid
    with pytest.raises(MayNotDecide):
        await harness.vote(card, APPROVE, user="UBOB", row=1)

    await harness.vote(card, APPROVE, user="UCAROL", row=1)
    await harness.run_thread(thread.id)

    assert dict(paid) == {"5 to ann": 1, "7 to bo": 1}
    assert await harness.ledger(thread) == ["opened", "voted", "refused", "decided", "resumed"]


async def test_a_step_at_a_breakpoint_is_under_the_policy(harness: Harness) -> None:
    harness.policy.policy = a_policy(
        """
        [[rule]]
        name = "letters"
        action = "breakpoint"
        when = "'send' in args.before && args.state.copies == 1"
        auto = "reject"
        """
    )
    thread = a_thread()
    await harness.say(thread, "before: hello")
    assert await harness.pending(thread) == []
    assert results(harness) == []
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
