"""When a live message begins and how often it changes: what is quick costs no stream."""

import asyncio

import pytest

from countersign.flow.live.events import RunEvent, StepExpected, StepStarted, ToolRequested
from countersign.flow.live.live_message import Timing
from countersign.flow.live.live_run import LiveRuns
from tests.flow.live.live_doubles import Display, Streams
from tests.flow.live.live_step import HELLO, WORK, result
from tests.flow.live.test_live_message import Live
from tests.support.fakes.virtual_time import in_virtual_time

STEPS = (StepStarted(step_id="s1", title="draft"), StepExpected(step_id="s2", title="send"))
TOOL = (ToolRequested(call_id="c1", tool="pay"),)


@in_virtual_time
async def test_a_message_is_shown_after_a_second_and_then_changes_once_a_second() -> None:
    live = Live("Hello", Timing())
    await asyncio.sleep(0.95)
    assert live.started == []
    await asyncio.sleep(0.1)
    assert len(live.started) == 1

    for number in range(30):  # three seconds in which words come all the time
        live.writes(f"Hello {number}")
        await asyncio.sleep(0.1)

    assert len(live.extended) == 3
    await live.message.close()


@pytest.mark.parametrize(
    ("events", "seconds"),
    [((HELLO,), 1.0), (TOOL, 1.0), (STEPS, 2.0), ((*TOOL, *STEPS), 1.0)],
    ids=["words", "a tool", "steps", "a tool and steps"],
)
@in_virtual_time
async def test_a_plan_of_steps_alone_is_shown_later_for_it_stays_in_the_thread(
    events: tuple[RunEvent, ...], seconds: float
) -> None:
    display = Display()
    run = await LiveRuns(Streams(), display, Timing()).open(WORK)
    for event in events:
        run.on_event(event)
    await asyncio.sleep(seconds - 0.05)
    assert display.calls.named("start") == []
    await asyncio.sleep(0.1)
    assert len(display.calls.named("start")) == 1
    await run.finish(result(waits=True))
