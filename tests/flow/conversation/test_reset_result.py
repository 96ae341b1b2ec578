"""What a reset leaves of a thread, and what it does to it, without a graph or a database."""

from dataclasses import replace
from typing import Any

from countersign.approvals.lifecycle import Event
from countersign.flow.conversation.reset import ResetConversation
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.steps.results.step_results import StepResults
from countersign.flow.work import StepResult, Work
from tests.flow.rows import NOW, a_message, a_state, an_approval, pending, work
from tests.support.fakes.fake_slack import GUEST, FakeSlack

MESSAGE, LATER = a_message(1), a_message(3)
RESET = replace(a_message(2), kind=InboundKind.RESET)


class Graph:
    def __init__(self) -> None:
        self.forgotten = 0

    async def forget(self) -> None:
        self.forgotten += 1


async def reset(given: Work, user: str = "UBOB", *asked: Any) -> tuple[StepResult, Graph]:
    slack: Any = FakeSlack()
    graph: Any = Graph()
    state = a_state(*asked)
    by = replace(RESET, user=user)
    given = replace(given, inbound=tuple(by if row == RESET else row for row in given.inbound))
    results = StepResults(given, lambda: NOW, state)
    return await ResetConversation(slack, lambda: NOW)(given, state, by, graph, results), graph


async def test_the_conversation_is_over_and_what_was_kept_for_it_is_never_done() -> None:
    given = work(inbound=(MESSAGE, RESET, LATER), requester="UBOB", halted="e1", last_posted_key="m1")
    result, graph = await reset(given)
    assert (graph.forgotten, result.closed, result.forget_parked) == (1, True, True)
    assert result.done == (MESSAGE.key, RESET.key), "what came after begins the next one"
    thread = result.thread
    assert (thread.graph, thread.halted, thread.last_posted_key, thread.requester) == (
        "agent",
        None,
        None,
        None,
    )


async def test_what_waits_is_withdrawn() -> None:
    mine = replace(an_approval(), requester="UBOB")
    result, _ = await reset(work(mine, inbound=(RESET,)), "UBOB", pending())
    assert [(change.event, change.by and change.by.id) for change in result.changes] == [
        (Event.WITHDRAWN, "UBOB")
    ]


async def test_who_may_not_is_told_and_the_thread_stays_as_it_is() -> None:
    given = work(inbound=(MESSAGE, RESET), requester="UALICE", halted="e1")
    result, graph = await reset(given, GUEST)
    assert (graph.forgotten, result.closed, result.forget_parked) == (0, False, False)
    assert (result.done, result.thread.halted) == ((RESET.key,), "e1")
    assert [notice.user for notice in result.notices] == [GUEST]
