"""Refunds under a rule that offers a grant."""

from collections.abc import AsyncIterator

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.asking_graphs import posts, refunds
from tests.support.fakes.clocks import LateClock
from tests.support.harness import Harness, a_thread, open_harness

YES, NO = DecisionKind.APPROVE, DecisionKind.REJECT
REQUESTER, BOB, CAROL = "UALICE", "UBOB", "UCAROL"
REFUNDS = """
[[rule]]
name = "small refunds"
action = "refund"
when = "args.amount < 1000"
approvers = [{group = "@finance"}]
requester_may_decide = false
summary = "Refund {amount} to {to}"
grant = {for = "1h", scope = "SCOPE", max_uses = 3}
[[rule]]
name = "rest"
approvers = [{group = "@finance"}]
"""


@pytest.fixture
def clock() -> LateClock:
    return LateClock()


@pytest.fixture
async def harness(database_url: str, clock: LateClock) -> AsyncIterator[Harness]:
    graphs = {
        "one": refunds(50),
        "large": refunds(5000),
        "two": refunds(60, 5000),
        "five": refunds(1, 2, 3, 4, 5),
        "other": refunds(50),
        "posts": posts(),
    }
    async with open_harness(database_url, graphs, clock=clock) as opened:
        opened.directory.groups = {"@finance": {BOB, CAROL}}
        opened.policy.policy = a_policy(REFUNDS.replace("SCOPE", "thread"))
        yield opened


async def card(
    harness: Harness, text: str = "refund", *, thread: ThreadRef | None = None, user: str = REQUESTER
) -> Approval:
    """The card that the graph asks for."""
    thread = thread or a_thread()
    await harness.say(thread, text, user=user)
    return await harness.the_card(thread)


async def granted(harness: Harness, *, scope: str | None = None, user: str = BOB) -> ThreadRef:
    """A thread in which this person approved a refund and gave a grant, and which is done."""
    if scope is not None:
        harness.policy.policy = a_policy(REFUNDS.replace("SCOPE", scope))
    asked = await card(harness)
    await harness.vote(asked, YES, user=user, grant=True)
    await harness.run_thread(asked.thread_id)
    return ThreadRef.parse(asked.thread_id)


async def is_asked(
    harness: Harness, thread: ThreadRef, text: str = "again", *, user: str = REQUESTER
) -> bool:
    """Whether another message in the thread leads to a card that waits for people."""
    before = len(harness.slack.texts(OutgoingKind.AGENT_MESSAGE))
    await harness.say(thread, text, user=user)
    asked = bool(await harness.pending(thread))
    assert asked or len(harness.slack.texts(OutgoingKind.AGENT_MESSAGE)) > before, "it went on"
    return asked
