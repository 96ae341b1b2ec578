"""The plan that a step shows: a task for each tool call and each of the graph's steps."""

import pytest

from countersign.flow.errors import SlackUnreachable
from countersign.flow.live.content import PlanTask, TaskStatus
from countersign.flow.live.events import (
    RunEvent,
    StepEnded,
    StepExpected,
    StepStarted,
    ToolEnded,
)
from tests.flow.live.live_step import (
    ASKED,
    COMPLETE,
    ERROR,
    IN_PROGRESS,
    PENDING,
    PLAN,
    RUNS,
    Stage,
    pay,
    plan,
    result,
)


@pytest.mark.parametrize(
    ("events", "task"),
    [
        ((ASKED,), pay()),
        ((ASKED, RUNS), pay(IN_PROGRESS)),
        ((RUNS,), pay(IN_PROGRESS)),
        ((ASKED, RUNS, ASKED), pay(IN_PROGRESS)),
        ((ASKED, RUNS, ToolEnded(call_id="c1")), pay(COMPLETE)),
        ((ASKED, RUNS, ToolEnded(call_id="c1", failed=True)), pay(ERROR)),
        ((ASKED, ToolEnded(call_id="c1", failed=True)), pay(ERROR, not_run=True)),
        ((ASKED, ToolEnded(call_id="c1")), pay(COMPLETE)),
        ((ASKED, RUNS, ToolEnded(call_id="c1", waits=True)), pay()),
        ((ASKED, RUNS, ToolEnded(call_id="c1"), ToolEnded(call_id="c1", failed=True)), pay(COMPLETE)),
        ((ASKED, RUNS, ToolEnded(call_id="c1", failed=True), ToolEnded(call_id="c1")), pay(ERROR)),
        ((ASKED, ToolEnded(call_id="c2")), pay()),
    ],
)
async def test_a_tool_call_is_a_task_of_the_plan(events: tuple[RunEvent, ...], task: PlanTask) -> None:
    stage = Stage()
    run = await stage.run(*events)
    await stage.shows("start", plan(task))
    assert stage.display.calls.named("start") == [(PLAN, plan(task), "UALICE")]
    await run.finish(result(waits=True))


def step(name: str, status: TaskStatus, *, not_run: bool = False) -> PlanTask:
    return PlanTask(id=name, step=name.title(), status=status, not_run=not_run)


DRAFTS, DRAFTED = StepStarted(step_id="draft", title="Draft"), StepEnded(step_id="draft")
SENDS, SENT = StepStarted(step_id="send", title="Send"), StepEnded(step_id="send")
WILL_SEND = StepExpected(step_id="send", title="Send")


@pytest.mark.parametrize(
    ("events", "tasks"),
    [
        ((DRAFTS, WILL_SEND, DRAFTED), (step("draft", COMPLETE), step("send", PENDING))),
        ((DRAFTS, WILL_SEND, DRAFTED, SENDS), (step("draft", COMPLETE), step("send", IN_PROGRESS))),
        ((DRAFTS, WILL_SEND, DRAFTED, SENDS, SENT), (step("draft", COMPLETE), step("send", COMPLETE))),
        (
            (DRAFTS, DRAFTED, SENDS, StepEnded(step_id="send", waits=True)),
            (step("draft", COMPLETE), step("send", PENDING)),
        ),
        (
            (DRAFTS, DRAFTED, SENDS, StepEnded(step_id="send", failed=True)),
            (step("draft", COMPLETE), step("send", ERROR)),
        ),
        ((DRAFTS, DRAFTED, SENDS, SENT, DRAFTS), (step("draft", IN_PROGRESS), step("send", COMPLETE))),
        ((DRAFTS, ASKED, RUNS), (pay(IN_PROGRESS),)),
        (
            (DRAFTS, ASKED, WILL_SEND, RUNS),
            (step("draft", IN_PROGRESS), pay(IN_PROGRESS), step("send", PENDING)),
        ),
    ],
    ids=[
        "expected",
        "running",
        "done",
        "asks",
        "failed",
        "again",
        "one step and a tool",
        "tools among steps",
    ],
)
async def test_the_graphs_steps_are_tasks_of_the_plan_where_there_are_several(
    events: tuple[RunEvent, ...], tasks: tuple[PlanTask, ...]
) -> None:
    stage = Stage()
    run = await stage.run(*events)
    await stage.display.calls.until(lambda: stage.plans() and stage.plans()[-1] == plan(*tasks))
    await run.finish(result(waits=True))


async def test_steps_are_shown_as_soon_as_a_second_one_is_expected() -> None:
    stage = Stage()
    run = await stage.run(DRAFTS, WILL_SEND)
    await stage.shows("start", plan(step("draft", IN_PROGRESS), step("send", PENDING)))
    await run.finish(result(waits=True))


async def test_what_begins_stands_before_what_is_only_expected() -> None:
    stage = Stage()
    run = await stage.run(DRAFTS, WILL_SEND, ASKED)
    await stage.shows("start", plan(step("draft", IN_PROGRESS), pay(), step("send", PENDING)))
    await run.finish(result(waits=True))


async def test_a_step_stands_where_it_began_once_it_has() -> None:
    stage = Stage()
    run = await stage.run(DRAFTS, WILL_SEND, ASKED, SENDS)
    in_progress = plan(step("draft", IN_PROGRESS), pay(), step("send", IN_PROGRESS))
    await stage.display.calls.until(lambda: stage.plans() and stage.plans()[-1] == in_progress)
    await run.finish(result(waits=True))


async def test_one_step_alone_is_no_plan() -> None:
    stage = Stage()
    run = await stage.run(DRAFTS, DRAFTED)
    await run.finish(result())
    assert stage.plans() == []


async def test_an_expected_step_that_never_came_was_not_run() -> None:
    stage = Stage()
    run = await stage.run(DRAFTS, WILL_SEND, StepEnded(step_id="draft", failed=True))
    await stage.display.calls.until(lambda: stage.plans() and stage.plans()[-1].tasks[0].status is ERROR)
    await run.finish(result())
    assert stage.plans()[-1] == plan(step("draft", ERROR), step("send", ERROR, not_run=True), ended=True)


async def test_each_change_of_a_task_is_shown() -> None:
    stage = Stage()
    run = await stage.run(ASKED)
    await stage.shows("start", plan(pay()))
    run.on_event(RUNS)
    await stage.shows("extend", plan(pay(IN_PROGRESS)))
    run.on_event(ToolEnded(call_id="c1"))
    await stage.shows("extend", plan(pay(COMPLETE)))
    await run.finish(result())
    assert stage.plans()[-1] == plan(pay(COMPLETE), ended=True)


@pytest.mark.parametrize(
    ("events", "waits", "task"),
    [
        ((ASKED,), True, pay()),
        ((ASKED, RUNS), True, pay(IN_PROGRESS)),
        ((ASKED,), False, pay(ERROR, not_run=True)),
        ((ASKED, RUNS), False, pay(ERROR)),
        ((ASKED, RUNS, ToolEnded(call_id="c1")), False, pay(COMPLETE)),
    ],
)
async def test_a_plan_ends_with_its_step_and_stays(
    events: tuple[RunEvent, ...], waits: bool, task: PlanTask
) -> None:
    stage = Stage()
    run = await stage.run(*events)
    await stage.display.calls.until(lambda: stage.display.calls.named("start"))
    await run.finish(result(waits=waits))
    assert stage.plans()[-1] == plan(task, ended=True, waits=waits)
    assert stage.streams.calls.named("remove") == [PLAN], "its record, not its message"
    assert (stage.discarded(), stage.display.calls.named("remove")) == ([], [])


async def test_a_plan_that_may_be_in_slack_is_removed() -> None:
    stage = Stage()
    stage.display.calls.errors["start"] = [SlackUnreachable()]
    run = await stage.run(ASKED)
    await stage.display.calls.until(lambda: stage.display.calls.named("start"))
    await run.finish(result())
    assert stage.discarded() == [PLAN]
