"""The messages that a step shows while it goes on, and nothing of what it does not post."""

import asyncio
from dataclasses import replace

from countersign.flow.live.events import (
    TextAdded,
    TextEnded,
    ToolEnded,
)
from countersign.flow.live.live_message import Timing
from countersign.flow.live.live_run import LiveRuns
from countersign.flow.messages.outgoing import message_key
from countersign.flow.work import StepResult
from tests.flow.live.live_step import ASKED, HELLO, KEY, Stage, result
from tests.flow.rows import REF


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
