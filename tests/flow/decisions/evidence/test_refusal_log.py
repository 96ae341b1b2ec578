"""Who tried to decide and may not, and why not, is in the ledger."""

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError, MayNotDecide
from tests.flow.policy.test_policy import BOTH, YES, asked, clock, harness
from tests.support.harness import CHANNEL, Harness
from tests.support.under_policy import REQUESTER

__all__ = ["clock", "harness"]

REASON = """
[[rule]]
name = "with a reason"
reason = "always"
"""


async def refusals(harness: Harness, thread_id: str) -> list[tuple[str | None, object]]:
    found = await harness.rows(
        "SELECT actor_id, detail FROM countersign.ledger"
        " WHERE thread_id = %s AND event = 'refused' ORDER BY id",
        thread_id,
    )
    return [(row["actor_id"], row["detail"]) for row in found]


async def test_a_refusal_is_kept_with_its_reason_and_leaves_the_approval_as_it_is(harness: Harness) -> None:
    thread, card = await asked(harness, BOTH)
    for user in (REQUESTER, "UDAVE"):
        with pytest.raises(MayNotDecide):
            await harness.vote(card, YES, user=user)
    (requester, stranger) = await refusals(harness, thread.id)
    why = "You asked for this, so somebody else has to decide it."
    assert requester == (REQUESTER, {"why": why, "row": 0, "kind": "approve"})
    assert stranger[0] == "UDAVE"
    assert await harness.the_card(thread) == card


async def test_the_same_refusal_again_is_not_kept_again_but_another_one_is(harness: Harness) -> None:
    thread, card = await asked(harness, BOTH)
    for kind in (YES, YES, DecisionKind.REJECT):
        with pytest.raises(MayNotDecide):
            await harness.decide.find_open(
                card.id, card.digest, 0, CHANNEL, await harness.slack.person("UDAVE", None), kind
            )
    assert [detail["kind"] for _, detail in await refusals(harness, thread.id)] == ["approve", "reject"]  # type: ignore[index]


async def test_who_still_has_to_give_a_reason_is_not_refused(harness: Harness) -> None:
    thread, card = await asked(harness, REASON)
    with pytest.raises(CountersignError):
        await harness.vote(card, YES)
    assert await refusals(harness, thread.id) == []
