"""A no to code that drops its answer ends the run, whoever or whatever says it."""

from datetime import timedelta
from typing import Any

import pytest
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.cancel import CancelApproval
from countersign.flow.messages.outgoing import OutgoingKind
from tests.approvals.policy.policies import a_policy
from tests.support.fakes.clocks import StillClock
from tests.support.harness import CHANNEL, TEAM, Harness, a_thread, open_harness

RULE = '[[rule]]\nname = "r"\n'
EXPIRES = 'expire_after = "1h"\non_expiry = "reject"\n'


def release(state: MessagesState) -> dict[str, Any]:
    interrupt("Do you approve the release?")
    return {"messages": [("ai", "released")]}


@pytest.mark.parametrize("by", ["button", "expiry", "auto", "requester"])
async def test_the_run_does_not_go_on(database_url: str, by: str) -> None:
    clock = StillClock()
    graph = StateGraph(MessagesState).add_node("gate", release).add_edge(START, "gate")
    async with open_harness(database_url, {"g": graph}, clock=clock) as harness:
        extra = {"expiry": EXPIRES, "auto": 'auto = "reject"\n'}.get(by, "")
        harness.policy.policy = a_policy(RULE + extra)
        thread = a_thread()
        await harness.say(thread, "go")
        if by != "auto":
            await says_no(harness, clock, by, await harness.the_card(thread))
            await harness.run_thread(thread.id)

        assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == []
        (row,) = await harness.rows("SELECT id FROM countersign.approvals WHERE thread_id = %s", thread.id)
        found = await harness.threads.approval(row["id"])
        assert found is not None
        assert found.approval.status in {Status.CANCELLED, Status.EXPIRED}
        assert found.approval.ends_run
        assert (await harness.ledger(thread))[-1] == "run_cancelled"


async def says_no(harness: Harness, clock: StillClock, by: str, card: Any) -> None:
    if by == "expiry":
        clock.now += timedelta(hours=1)
        await harness.timers.run_due()
    elif by == "requester":
        person = await harness.slack.person("UALICE", TEAM)
        await CancelApproval(harness.threads, clock)(card.id, card.shown_digest, CHANNEL, person)
    else:
        await harness.vote(card, DecisionKind.REJECT)
