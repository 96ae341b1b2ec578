"""What one step shows while it goes on: its messages, its plan, and nothing of what it does not post."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from countersign.flow.errors import DatabaseUnavailable, SlackUnreachable
from countersign.flow.live.content import Plan, PlanTask, TaskStatus
from countersign.flow.live.events import (
    RunEvent,
    StepEnded,
    StepExpected,
    StepStarted,
    TextAdded,
    TextEnded,
    ToolEnded,
    ToolRequested,
    ToolStarted,
)
from countersign.flow.live.live_message import Timing
from countersign.flow.live.live_run import LiveRun, LiveRuns
from countersign.flow.messages.outgoing import OutgoingKind, message_key, outgoing
from countersign.flow.work import StepResult
from tests.flow.live.live_doubles import Display, Streams, stream_of
from tests.flow.rows import REF, work

Logged: TypeAlias = list[MutableMapping[str, Any]]
PENDING, IN_PROGRESS, COMPLETE, ERROR = TaskStatus
KEY = message_key(REF, "m1")
PLAN = f"plan:{REF.id}:7"
WORK = work(requester="UALICE", fence=7, step_starts=1)
HELLO = TextAdded(message_id="m1", text="Hello")


class Stage:
    """A run whose messages are shown at once, or `later` never by themselves."""

    def __init__(self, *left: Any, later: bool = False) -> None:
        self.streams, self.display = Streams(*left), Display()
        timing = Timing(show_after=1000 if later else 0, every=1000 if later else 0)
        self.runs = LiveRuns(self.streams, self.display, timing)

    async def run(self, *events: RunEvent, step_starts: int = 1) -> LiveRun:
        opened = await self.runs.open(replace(WORK, thread=replace(WORK.thread, step_starts=step_starts)))
        for event in events:
            opened.on_event(event)
        return opened

    async def shows(self, method: str, content: object) -> None:
        calls = self.display.calls
        await calls.until(lambda: any(content in given for given in calls.named(method)))

    def discarded(self) -> list[str]:
        return [key for keys in self.streams.calls.named("discard") for key in keys]

    def plans(self) -> list[Plan]:
        given = [*self.display.calls.named("start"), *self.display.calls.named("extend")]
        return [each[1] for each in given if isinstance(each[1], Plan)]


def result(*posted: str, waits: bool = False) -> StepResult:
    post = tuple(outgoing(REF, key, OutgoingKind.AGENT_MESSAGE) for key in posted)
    return StepResult(thread=WORK.thread, post=post, waits=waits)


def plan(*tasks: PlanTask, **more: bool) -> Plan:
    return Plan(tasks=tasks, **more)


def pay(status: TaskStatus = PENDING, *, not_run: bool = False) -> PlanTask:
    return PlanTask(id="c1", tool="pay", status=status, not_run=not_run)


ASKED = ToolRequested(call_id="c1", tool="pay")
RUNS = ToolStarted(call_id="c1", tool="pay")


async def test_a_message_grows_and_is_taken_over_by_its_post() -> None:
    stage = Stage()
    run = await stage.run(HELLO)
    await stage.shows("start", "Hello")
    run.on_event(TextAdded(message_id="m1", text=" you"))
    await stage.shows("extend", "Hello you")
    await run.finish(result(KEY))
    assert stage.display.calls.named("start") == [(KEY, "Hello", "UALICE")]
    assert stage.display.calls.made[-1] == ("end", KEY)
    assert (stage.discarded(), stage.display.calls.named("remove")) == ([], [])


async def test_a_message_that_the_step_does_not_post_is_removed() -> None:
    stage = Stage()
    run = await stage.run(HELLO, TextAdded(message_id="m2", text="Bye"))
    await stage.shows("start", "Bye")
    await run.finish(result(KEY))
    other = message_key(REF, "m2")
    assert stage.discarded() == [other]
    assert stage.display.calls.named("remove") == stage.streams.calls.named("remove") == [other]


async def test_what_was_never_shown_is_not_removed() -> None:
    stage = Stage(later=True)
    run = await stage.run(HELLO, ASKED)
    await run.finish(result())
    assert stage.streams.calls.made == stage.display.calls.made == []


async def test_a_message_that_is_whole_ends_while_the_run_goes_on() -> None:
    stage = Stage()
    run = await stage.run(HELLO)
    await stage.shows("start", "Hello")
    run.on_event(TextEnded(message_id="m1"))
    await stage.display.calls.until(lambda: stage.display.calls.named("end"))
    assert stage.display.calls.named("extend")[-1] == ("9.9", "Hello\n"), "its last word is whole"
    await run.finish(result(KEY))
    assert stage.display.calls.named("end") == [KEY]


async def test_a_message_that_is_whole_when_its_step_ends_is_left_to_its_post() -> None:
    stage = Stage()
    stage.runs = LiveRuns(stage.streams, stage.display, Timing(show_after=0, every=1000))
    run = await stage.run(HELLO)
    await stage.shows("start", "Hello")
    run.on_event(TextEnded(message_id="m1"))
    await asyncio.wait_for(run.finish(result(KEY)), 5)
    assert stage.display.calls.named("extend") == []


async def test_nothing_is_shown_in_a_message_after_it_ended() -> None:
    """Its last word is due just as its step ends."""
    stage = Stage()
    run = await stage.run(HELLO)
    await stage.shows("start", "Hello")
    run.on_event(TextEnded(message_id="m1"))
    await run.finish(result(KEY))
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
    shown = [name for name, _ in stage.display.calls.made]
    assert shown == ["start", "extend", "end"]


async def test_the_end_of_a_message_that_did_not_begin_is_nothing() -> None:
    stage = Stage()
    run = await stage.run(TextEnded(message_id="m1"), ToolEnded(call_id="c1"))
    await run.finish(result())
    assert stage.display.calls.made == []


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


async def test_of_a_step_that_failed_nothing_stays() -> None:
    stage = Stage()
    run = await stage.run(HELLO, ASKED)
    await stage.shows("start", "Hello")
    await stage.shows("start", plan(pay()))
    await run.abandon()
    assert stage.discarded() == sorted([KEY, PLAN])
    assert not any(shown.ended for shown in stage.plans())


async def test_after_its_end_a_run_reports_nothing() -> None:
    stage = Stage()
    run = await stage.run()
    await run.finish(result())
    for event in (HELLO, ASKED, RUNS):
        run.on_event(event)
    await run.finish(result())
    assert stage.display.calls.made == []


async def test_streams_of_an_earlier_attempt_are_ended_and_become_messages_or_go() -> None:
    stage = Stage(stream_of(KEY), stream_of("message:2", native=False))
    run = await stage.run(step_starts=2)
    assert stage.display.calls.named("end") == [KEY], "the other one ended before"
    assert stage.streams.calls.named("update") == [(KEY, "1.1", False)]
    assert stage.streams.calls.named("of_thread") == [REF]
    await run.finish(result(KEY))
    assert stage.discarded() == ["message:2"]


async def test_a_first_attempt_looks_for_no_earlier_streams() -> None:
    stage = Stage(stream_of(KEY))
    run = await stage.run()
    await run.finish(result())
    assert (stage.streams.calls.made, stage.display.calls.made) == ([], [])


async def test_an_earlier_stream_that_cannot_be_ended_is_removed_all_the_same(logged: Logged) -> None:
    stage = Stage(stream_of(KEY))
    stage.display.calls.errors["end"] = [SlackUnreachable()]
    run = await stage.run(step_starts=2)
    assert [(line["event"], line["post"]) for line in logged] == [("stream_not_ended", KEY)]
    await run.finish(result())
    assert stage.discarded() == [KEY]


async def test_what_cannot_be_removed_is_left_to_the_sweep(logged: Logged) -> None:
    stage = Stage()
    run = await stage.run(HELLO)
    await stage.shows("start", "Hello")
    stage.display.calls.errors["remove"] = [SlackUnreachable()]
    await run.finish(result())
    assert stage.streams.calls.named("remove") == []
    assert [(line["event"], line["log_level"]) for line in logged] == [("stream_not_removed", "info")]


async def test_a_database_that_is_away_does_not_fail_the_step(logged: Logged) -> None:
    stage = Stage()
    run = await stage.run(HELLO)
    await stage.shows("start", "Hello")
    stage.streams.calls.errors["discard"] = [DatabaseUnavailable()]
    await run.finish(result())
    assert [(line["event"], line["thread_id"]) for line in logged] == [("streams_not_removed", REF.id)]


async def test_the_sweep_removes_what_is_left() -> None:
    stage = Stage(stream_of(KEY), stream_of("message:2"), stream_of("message:3"))
    stage.display.calls.errors["remove"] = [SlackUnreachable()]
    assert await stage.runs.sweep(2) == 2
    assert stage.streams.calls.named("discarded") == [2]
    assert stage.display.calls.named("remove") == [KEY, "message:2"]
    assert stage.streams.calls.named("remove") == ["message:2"]


def posted(step: StepResult) -> dict[str, object]:
    return {row.key: row.body["text"] if isinstance(row.body, dict) else None for row in step.post}


async def test_of_a_run_that_was_stopped_what_people_saw_of_a_message_is_posted() -> None:
    stage = Stage()
    run = await stage.run(HELLO, TextAdded(message_id="m1", text=" you \n"))
    await stage.shows("start", "Hello you \n")
    cut = run.with_words_cut_off(replace(result(), stopped=True))
    assert posted(cut) == {KEY: "Hello you …"}
    assert run.with_words_cut_off(result()) == result(), "it was not stopped"
    assert len(run.with_words_cut_off(replace(result(KEY), stopped=True)).post) == 1, "it is posted already"


async def test_of_a_stopped_run_no_message_is_posted_that_was_whole_or_never_shown() -> None:
    stopped = replace(result(), stopped=True)
    stage = Stage()
    run = await stage.run(HELLO)
    await stage.shows("start", "Hello")
    run.on_event(TextEnded(message_id="m1"))
    assert run.with_words_cut_off(stopped) == stopped
    hidden = await Stage(later=True).run(HELLO)
    assert hidden.with_words_cut_off(stopped) == stopped
