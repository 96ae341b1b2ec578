"""A decided approval whose answer the graph does not get: another question, an old answer, a look first."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.recorded_reasons import (
    AGENT_CHANGED_SINCE,
    BREAKPOINT_FIRST,
    HIDDEN_BREAKPOINT,
    NOT_TAKEN,
    QUESTION_CHANGED,
)
from countersign.flow.errors import AnswerRefused
from countersign.flow.graph_state import GraphState
from countersign.i18n import lazy_text
from tests.approvals.policy.policies import a_rule
from tests.flow.resuming.resumption.resuming_doubles import (
    ASKED,
    BREAKPOINT,
    GIVEN,
    GONE,
    FakeGraph,
    changes,
    resume,
    texts,
    yes,
)
from tests.flow.rows import a_state, pending

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
