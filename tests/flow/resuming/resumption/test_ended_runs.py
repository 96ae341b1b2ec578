"""Decisions that end a run: what is withdrawn with it, and what its thread is told."""

from dataclasses import replace

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.recorded_reasons import (
    QUESTION_CHANGED,
    RUN_CANCELLED,
)
from countersign.approvals.votes.vote import Vote
from countersign.flow.graph_state import GraphState
from countersign.flow.messages.outgoing import OutgoingKind
from tests.flow.resuming.resumption.resuming_doubles import (
    ASKED,
    BREAKPOINT,
    FAILURE,
    GONE,
    FakeGraph,
    changes,
    kinds,
    resume,
    texts,
    yes,
)
from tests.flow.rows import BOB, NOW, a_state, an_approval, decided, pending

REJECT = DecisionKind.REJECT


def no(interrupt_id: str = "i1") -> Approval:
    return replace(decided(an_approval(interrupt_id), REJECT, answer=False), graph_version="v1")


def ends_run(interrupt_id: str = "i1") -> Approval:
    vote = Vote(decision=Decision(kind=REJECT, ends_run=True), by=BOB, at=NOW)
    return an_approval(interrupt_id).run_cancelled({}, vote, "Run cancelled by bob.")


# --- runs that end


async def test_who_ends_the_run_gives_it_no_answer_and_withdraws_what_else_it_asks() -> None:
    other = decided(an_approval("i2"))
    graph = FakeGraph(GONE)
    result = await resume(ends_run(), a_state(pending(), pending("i2")), graph, others=[other])

    assert graph.calls == [("abandon",)]
    assert changes(result) == [
        (Event.RUN_CANCELLED, Status.CANCELLED, "Run cancelled by bob."),
        (Event.WITHDRAWN, Status.WITHDRAWN, RUN_CANCELLED),
    ]
    assert [each.after.interrupt_id for each in result.changes] == ["i1", "i2"]
    assert result.changes[0].detail == {"run": "cancelled"}
    assert kinds(result.post) == [OutgoingKind.NOTE]


async def test_a_run_that_ended_before_is_not_ended_again() -> None:
    graph = FakeGraph(GONE)
    result = await resume(ends_run(), GONE, graph)
    assert graph.calls == []
    assert changes(result) == [(Event.RUN_CANCELLED, Status.CANCELLED, "Run cancelled by bob.")]


@pytest.mark.parametrize(
    "state",
    [
        a_state(pending("i2"), checkpoint_id="c6"),
        replace(GONE, orphaned=frozenset({"i2"})),
        replace(GONE, unfinished=True),
    ],
)
async def test_a_run_that_goes_on_all_the_same_is_not_told_to_be_over(state: GraphState) -> None:
    result = await resume(ends_run(), state, FakeGraph(state))
    assert changes(result)[0] == (Event.WITHDRAWN, Status.WITHDRAWN, QUESTION_CHANGED)


async def test_an_end_that_fails_is_told_and_the_decision_stays() -> None:
    result = await resume(ends_run(), ASKED, FakeGraph(ASKED, raises=FAILURE))
    assert result.thread.halted == "e1"
    assert changes(result) == []
    assert kinds(result.post) == [OutgoingKind.FAILURE]


# --- a rejected breakpoint

AT_BREAKPOINT = a_state(pending(BREAKPOINT))
OVER = "The run was stopped before its next step, as decided. To go on, write here again."


@pytest.mark.parametrize(
    ("approval", "after", "said"),
    [
        (no(BREAKPOINT), GONE, [OVER]),
        (
            replace(no(BREAKPOINT), node="pay"),
            GONE,
            ["The run was stopped before the step `pay`, as decided. To go on, write here again."],
        ),
        (yes(BREAKPOINT), GONE, []),
        (no(BREAKPOINT), a_state(pending("i2"), checkpoint_id="c6"), []),
        (no(), GONE, []),
    ],
    ids=["rejected", "rejected before a step with a name", "approved", "asks more", "no breakpoint"],
)
async def test_a_run_that_ends_at_a_rejected_breakpoint_says_so(
    approval: Approval, after: GraphState, said: list[str]
) -> None:
    before = AT_BREAKPOINT if approval.interrupt_id == BREAKPOINT else ASKED
    result = await resume(approval, before, FakeGraph(after))
    assert [text for text in texts(result) if "stopped" in text] == said
