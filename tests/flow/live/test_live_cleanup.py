"""What a step that failed, or died, has shown is removed, or taken over by what is posted."""

from collections.abc import MutableMapping
from typing import Any, TypeAlias

from countersign.flow.errors import DatabaseUnavailable, SlackUnreachable
from tests.flow.live.live_doubles import stream_of
from tests.flow.live.live_step import ASKED, HELLO, KEY, PLAN, RUNS, Stage, pay, plan, result
from tests.flow.rows import REF

Logged: TypeAlias = list[MutableMapping[str, Any]]


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
