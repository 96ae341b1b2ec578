"""`auto = "reject"` where the graph takes no rejection: nobody is asked, and its run is cancelled."""

from collections.abc import AsyncIterator

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.lifecycle import Outcome, Status
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.prepared_graphs import answer_only_prepared
from tests.support.harness import Harness, a_thread, open_harness

REJECTED = '[[rule]]\nname = "never"\nauto = "reject"\n'
START_OVER = "The agent does nothing more. To start over, send a new message here."


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, answer_only_prepared()) as opened:
        yield opened


async def said(harness: Harness, text: str, policy: str) -> ThreadRef:
    harness.policy.policy = a_policy(policy)
    thread = a_thread()
    await harness.say(thread, text)
    return thread


async def only_approval(harness: Harness, thread: ThreadRef) -> Approval:
    (row,) = await harness.rows("SELECT id FROM countersign.approvals WHERE thread_id = %s", thread.id)
    review = await harness.threads.approval(row["id"])
    assert review is not None
    return review.approval


@pytest.mark.parametrize("graph", ["words", "draft", "options", "anything", "batch", "nested", "twice"])
async def test_the_run_ends_and_the_thread_can_begin_again(harness: Harness, graph: str) -> None:
    thread = await said(harness, f"{graph}: go", REJECTED)

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == [], "the graph went on"
    assert harness.slack.of(OutgoingKind.CARD) == [], "somebody could have approved it"
    approval = await only_approval(harness, thread)
    assert (approval.status, approval.outcome) == (Status.CANCELLED, Outcome.CANCELLED)
    assert await harness.ledger(thread) == ["opened", "decided", "run_cancelled"]
    rejected, ended = harness.slack.texts(OutgoingKind.NOTE)
    assert rejected.startswith(("Rejected by the rule “never”: “", "Rejected by the rule “never”: 1. “"))
    assert ended == f"Run cancelled by the rule “never”. {START_OVER}"
    (row,) = await harness.rows(
        "SELECT detail FROM countersign.ledger WHERE thread_id = %s AND event = 'decided'", thread.id
    )
    assert row["detail"]["via"] == "auto"
    assert row["detail"]["rows"]["0"] == {"kind": "reject", "rule": "the rule “never”", "ends_run": True}

    harness.policy.policy = a_policy('[[rule]]\nname = "asked"\n')
    await harness.say(thread, "again")
    assert (await harness.the_card(thread)).status is Status.PENDING


async def test_one_rejected_action_of_a_card_ends_the_run_for_all_of_it(harness: Harness) -> None:
    """The other row's rule would approve it: nothing of the card may run."""
    policy = REJECTED + 'when = "args.n == 1"\n[[rule]]\nname = "rest"\nauto = "approve"\n'
    thread = await said(harness, "batch: go", policy)
    approval = await only_approval(harness, thread)
    assert approval.status is Status.CANCELLED
    assert all(vote is not None and vote.decision.ends_run for vote in approval.votes)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == []


async def test_what_people_may_decide_does_not_keep_a_rule_from_rejecting(harness: Harness) -> None:
    thread = await said(harness, "pay: go", REJECTED + 'decisions = ["approve"]\n')
    assert harness.slack.of(OutgoingKind.CARD) == []
    assert (await only_approval(harness, thread)).outcome is not Outcome.APPROVED
