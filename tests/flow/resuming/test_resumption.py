"""A decided approval on its way to the graph: which calls the graph gets, and what is written in the end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.recorded_reasons import (
    AGENT_CHANGED_SINCE,
    BREAKPOINT_FIRST,
    HIDDEN_BREAKPOINT,
    NOT_TAKEN,
    QUESTION_CHANGED,
    RUN_CANCELLED,
)
from countersign.approvals.votes.vote import Vote
from countersign.flow.errors import AnswerRefused, RunFailed, Stopped
from countersign.flow.graph_state import GraphInfo, GraphState, StartsWith, StateChange
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.steps.results.step_results import StepResults
from countersign.flow.steps.resuming.resumption import Resumption
from countersign.flow.work import StepResult
from countersign.i18n import lazy_text
from tests.approvals.policy.policies import a_rule
from tests.flow.rows import BOB, NOW, a_message, a_state, an_approval, decided, pending, work

REJECT = DecisionKind.REJECT
ASKED, GONE = a_state(pending()), a_state(checkpoint_id="c6")
BREAKPOINT = "breakpoint:k1"
FAILURE = RunFailed("e1", "It failed.")


class FakeGraph:
    """A graph's thread whose states come in the order that the test says. The last one stays."""

    def __init__(self, *states: GraphState, raises: Exception | None = None, is_asked: bool = True) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._states = list(states)
        self._raises = raises
        self._is_asked = is_asked

    async def read(self) -> GraphState:
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    async def resume(self, interrupt_id: str, answer: Json, change: StateChange | None = None) -> None:
        self._called("resume", interrupt_id, answer, change)

    async def is_asked(self, interrupt_id: str) -> bool:
        self.calls.append(("is_asked", interrupt_id))
        return self._is_asked

    async def continue_run(self) -> None:
        self._called("continue_run")

    async def abandon(self) -> None:
        self._called("abandon")

    async def start(self, inbound: Inbound) -> None:
        raise AssertionError("nothing is started")

    async def forget(self) -> None:
        raise AssertionError("nothing is forgotten")

    async def ask_again(self) -> None:
        raise AssertionError("nothing is asked again")

    def _called(self, *call: Any) -> None:
        self.calls.append(call)
        if self._raises is not None:
            raise self._raises


async def resume(
    approval: Approval,
    state: GraphState,
    graph: FakeGraph,
    *,
    others: Sequence[Approval] = (),
    first: Inbound | None = None,
    version: str | None = "v1",
    later: timedelta = timedelta(),
    **thread: Any,
) -> StepResult:
    all_work = work(approval, *others, **thread)
    info = GraphInfo(name="agent", starts_with=StartsWith.MESSAGES, form_schema=None, version=version)

    def clock() -> Any:
        return NOW + later

    results = StepResults(all_work, clock, state)
    return await Resumption(all_work, info, graph, results, clock).resume(approval, state, first)


def yes(interrupt_id: str = "i1", **changes: Any) -> Approval:
    return replace(decided(an_approval(interrupt_id)), **{"graph_version": "v1", **changes})


def no(interrupt_id: str = "i1") -> Approval:
    return replace(decided(an_approval(interrupt_id), REJECT, answer=False), graph_version="v1")


def ends_run(interrupt_id: str = "i1") -> Approval:
    vote = Vote(decision=Decision(kind=REJECT, ends_run=True), by=BOB, at=NOW)
    return an_approval(interrupt_id).run_cancelled({}, vote, "Run cancelled by bob.")


def changes(result: StepResult) -> list[tuple[Event, Status, str | None]]:
    return [(each.event, each.after.status, each.after.status_reason) for each in result.changes]


def texts(result: StepResult) -> list[str]:
    return [str(row.body["text"]) for row in result.post if isinstance(row.body, dict) and "text" in row.body]


def kinds(posts: Sequence[Outgoing]) -> list[OutgoingKind]:
    return [row.kind for row in posts]


RESUMED = (Event.RESUMED, Status.RESUMED, None)
GIVEN = ("resume", "i1", True, None)


async def test_what_is_still_asked_gets_the_answer() -> None:
    graph = FakeGraph(GONE)
    result = await resume(yes(), ASKED, graph)

    assert graph.calls == [GIVEN]
    assert changes(result) == [RESUMED]
    assert result.changes[0].detail == {"run": "finished"}
    assert (result.done, result.stopped, result.thread.halted) == ((), False, None)


async def test_a_change_of_the_state_goes_along_with_what_people_were_shown() -> None:
    vote = Vote(decision=Decision(kind=DecisionKind.APPROVE, state={"amount": 7}), by=BOB, at=NOW)
    approval = replace(an_approval(), graph_version="v1", state={"values": {"amount": 5}})
    graph = FakeGraph(GONE)
    await resume(approval.with_votes({0: vote}).answered_with(True), ASKED, graph)
    assert graph.calls == [("resume", "i1", True, StateChange(after={"amount": 7}, before={"amount": 5}))]


async def test_an_answer_that_was_taken_is_not_given_again_and_the_run_goes_on() -> None:
    graph = FakeGraph(GONE)
    assert changes(await resume(yes(), replace(GONE, unfinished=True), graph)) == [RESUMED]
    assert graph.calls == [("continue_run",)]


@pytest.mark.parametrize(
    "state",
    [
        GONE,
        a_state(pending("i2"), checkpoint_id="c6", unfinished=True),
        replace(GONE, unfinished=True, hidden_breakpoint=True),
    ],
    ids=["at its end", "at its next question", "at a breakpoint that is not seen"],
)
async def test_a_run_that_took_the_answer_and_rests_is_left_alone(state: GraphState) -> None:
    graph = FakeGraph(state)
    assert RESUMED in changes(await resume(yes(), state, graph))
    assert graph.calls == []


async def test_a_retry_that_led_to_it_is_done() -> None:
    retry, plain = a_message(1, kind=InboundKind.RETRY), a_message(2)
    assert (await resume(yes(), ASKED, FakeGraph(GONE), first=retry)).done == (retry.key,)
    assert (await resume(yes(), ASKED, FakeGraph(GONE), first=plain)).done == ()


# --- what is not used


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (a_state(pending(digest="d2")), QUESTION_CHANGED),
        (a_state(orphaned=frozenset({"i1"})), AGENT_CHANGED_SINCE),
        (a_state(last_input_key=None), QUESTION_CHANGED),
    ],
)
async def test_an_answer_to_something_else_is_withdrawn_and_the_thread_told(
    state: GraphState, reason: str
) -> None:
    graph = FakeGraph(state)
    result = await resume(yes(), state, graph)

    assert graph.calls == []
    assert changes(result)[0] == (Event.WITHDRAWN, Status.WITHDRAWN, reason)
    told = next(text for text in texts(result) if reason in text)
    assert "It was the answer to: Go on?" in told
    asks_now = "What is asked now has a card of its own."
    assert (asks_now in told) is bool(state.pending)
    assert ("To continue, send a new message here." in told) is (not state.pending)


async def test_an_answer_that_the_graph_dropped_is_not_told_to_be_used() -> None:
    result = await resume(yes(), ASKED, FakeGraph(ASKED))
    assert changes(result)[0] == (Event.WITHDRAWN, Status.WITHDRAWN, NOT_TAKEN)
    assert result.changes[0].detail == "asked"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (a_state(pending(), pending("breakpoint:k9")), BREAKPOINT_FIRST),
        (replace(ASKED, hidden_breakpoint=True), HIDDEN_BREAKPOINT),
    ],
)
async def test_an_answer_passes_no_breakpoint_unasked(state: GraphState, reason: str) -> None:
    graph = FakeGraph(state)
    result = await resume(yes(), state, graph)
    assert graph.calls == []
    assert changes(result)[0] == (Event.REOPENED, Status.PENDING, reason)


async def test_at_a_breakpoint_of_its_own_the_answer_goes_on() -> None:
    graph = FakeGraph(replace(GONE, unfinished=False))
    await resume(yes(BREAKPOINT), a_state(pending(BREAKPOINT)), graph)
    assert graph.calls == [("resume", BREAKPOINT, True, None)]


async def test_an_answer_that_the_graph_refuses_is_asked_again_with_the_reason() -> None:
    refused = AnswerRefused(lazy_text("The agent did not take the answer: {problem}", problem="no"))
    result = await resume(yes(), ASKED, FakeGraph(ASKED, raises=refused))
    (change,) = result.changes
    assert (change.event, change.after.status) == (Event.REOPENED, Status.PENDING)
    assert change.after.status_reason == change.detail == "The agent did not take the answer: no"


# --- looking again


@pytest.mark.parametrize(
    ("version", "thread", "looks"),
    [
        ("v1", {}, False),
        ("v2", {}, True),
        (None, {}, True),
        ("v1", {"step_starts": 1}, False),
        ("v1", {"step_starts": 2}, True),
        ("v1", {"halted": "e1"}, True),
    ],
)
async def test_the_step_runs_again_first_where_its_question_may_be_another(
    version: str | None, thread: dict[str, Any], looks: bool
) -> None:
    graph = FakeGraph(ASKED, GONE) if looks else FakeGraph(GONE)
    await resume(yes(), ASKED, graph, version=version, **thread)
    first = [("is_asked", "i1"), ("continue_run",)] if looks else []
    assert graph.calls == [*first, GIVEN]


async def test_without_a_known_version_on_both_sides_the_step_runs_again_first() -> None:
    graph = FakeGraph(ASKED, GONE)
    await resume(yes(graph_version=None), ASKED, graph, version=None)
    assert ("continue_run",) in graph.calls


async def test_at_a_breakpoint_nothing_is_run_to_look_again() -> None:
    graph = FakeGraph(GONE)
    await resume(yes(BREAKPOINT), a_state(pending(BREAKPOINT)), graph, version="v2")
    assert [call[0] for call in graph.calls] == ["resume"]


async def test_a_question_that_no_task_asks_any_more_is_not_run() -> None:
    graph = FakeGraph(ASKED, is_asked=False)
    result = await resume(yes(), ASKED, graph, version="v2")
    assert graph.calls == [("is_asked", "i1")]
    assert changes(result)[0] == (Event.WITHDRAWN, Status.WITHDRAWN, AGENT_CHANGED_SINCE)


async def test_what_asks_another_question_at_the_second_look_gets_no_answer() -> None:
    graph = FakeGraph(a_state(pending(digest="d2")))
    result = await resume(yes(), ASKED, graph, version="v2")
    assert GIVEN not in graph.calls
    assert changes(result)[0] == (Event.WITHDRAWN, Status.WITHDRAWN, QUESTION_CHANGED)


# --- too late


async def test_an_approval_that_is_too_old_is_asked_again_and_not_given() -> None:
    graph = FakeGraph(ASKED)
    old = yes(rules=(a_rule('valid_for = "30m"'),))
    result = await resume(old, ASKED, graph, later=timedelta(hours=1))

    assert graph.calls == []
    (change,) = result.changes
    assert (change.event, change.after.status) == (Event.LAPSED, Status.PENDING)
    assert change.detail == {"rows": [0], "rules": ["r"]}
    (said,) = texts(result)
    assert said == (
        "“Go on?” was approved too long ago and is asked again. "
        "The approval was too old when the action was about to run. It counts for 30 minutes."
    )


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


# --- failures


async def test_a_failure_after_the_graph_took_the_answer_resumes_the_approval() -> None:
    result = await resume(yes(), ASKED, FakeGraph(replace(GONE, unfinished=True), raises=FAILURE))
    assert changes(result) == [RESUMED]
    assert result.changes[0].detail == {"run": "failed", "error_id": "e1"}
    assert result.thread.halted == "e1"
    assert kinds(result.post) == [OutgoingKind.FAILURE]


async def test_a_failure_before_that_leaves_the_decision_for_a_retry() -> None:
    result = await resume(yes(), ASKED, FakeGraph(ASKED, raises=FAILURE))
    assert changes(result) == []
    assert result.thread.halted == "e1"


async def test_a_run_that_is_stopped_after_it_took_the_answer_has_it() -> None:
    result = await resume(yes(), ASKED, FakeGraph(replace(GONE, unfinished=True), raises=Stopped()))
    assert changes(result) == [RESUMED]
    assert result.changes[0].detail == {"run": "stopped"}
    assert result.stopped


async def test_a_run_that_is_stopped_before_it_took_the_answer_still_waits_for_it() -> None:
    result = await resume(yes(), ASKED, FakeGraph(ASKED, raises=Stopped()))
    assert (changes(result), result.stopped) == ([], True)


async def test_a_run_that_is_stopped_at_another_question_does_not_get_it() -> None:
    elsewhere = a_state(pending(digest="d2"))
    result = await resume(yes(), ASKED, FakeGraph(elsewhere, raises=Stopped()))
    assert changes(result)[0] == (Event.WITHDRAWN, Status.WITHDRAWN, QUESTION_CHANGED)
    assert result.stopped


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
