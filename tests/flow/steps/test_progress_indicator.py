"""While a step takes longer than a moment, its thread says so; a status never decides how the step ends."""

import asyncio

import pytest

from countersign.flow.errors import SlackRefused
from countersign.flow.steps.progress_indicator import ProgressIndicator
from countersign.flow.thread import ThreadRef
from tests.flow.rows import REF
from tests.support.fakes.virtual_time import elapsed, in_virtual_time


class Display:
    """A thread's status line. `seen` is set once one was shown; `error` is raised instead of showing it.

    A call takes `seconds`.
    """

    def __init__(self, error: Exception | None = None, seconds: float = 0) -> None:
        self.shown: list[tuple[str, str]] = []
        self.at: list[float] = []
        self.cut_off: list[int] = []  # after so many calls
        self.seconds = seconds
        self.seen = asyncio.Event()
        self.error = error

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        self.shown.append((thread.id, status))
        self.at.append(elapsed())
        self.seen.set()
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cut_off.append(len(self.shown))
            raise
        if self.error is not None:
            raise self.error


WORKING, NOTHING = (REF.id, "is working on it…"), (REF.id, "")


@in_virtual_time
async def test_a_quick_step_shows_no_status() -> None:
    display, ran = Display(), list[str]()

    async def run(thread_id: str) -> None:
        ran.append(thread_id)

    await ProgressIndicator(run, display, show_after=5)(REF.id)

    assert ran == [REF.id]
    assert display.shown == []


@in_virtual_time
async def test_a_slow_step_shows_a_status_once_and_takes_it_back_at_its_end() -> None:
    display = Display()

    async def run(thread_id: str) -> None:
        await display.seen.wait()
        assert display.shown == [WORKING]

    await ProgressIndicator(run, display, show_after=0)(REF.id)

    assert display.shown == [WORKING, NOTHING]


@in_virtual_time
async def test_a_step_that_fails_raises_what_it_raised_and_its_status_is_gone() -> None:
    display = Display()

    async def run(thread_id: str) -> None:
        await display.seen.wait()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ProgressIndicator(run, display, show_after=0)(REF.id)

    assert display.shown == [WORKING, NOTHING]


@in_virtual_time
async def test_a_status_that_slack_refuses_is_not_tried_again_and_the_step_goes_on() -> None:
    display, done = Display(SlackRefused("assistant.threads.setStatus", "not_allowed")), list[str]()

    async def run(thread_id: str) -> None:
        await display.seen.wait()
        await asyncio.sleep(0)
        done.append(thread_id)

    await ProgressIndicator(run, display, show_after=0)(REF.id)

    assert done == [REF.id]
    assert display.shown == [WORKING, NOTHING]


@in_virtual_time
async def test_a_step_that_is_cancelled_leaves_no_status_behind() -> None:
    display = Display()

    async def run(thread_id: str) -> None:
        await asyncio.Event().wait()

    step = asyncio.create_task(ProgressIndicator(run, display, show_after=0)(REF.id))
    await asyncio.wait_for(display.seen.wait(), 5)
    step.cancel()

    with pytest.raises(asyncio.CancelledError):
        await step
    assert display.shown == [WORKING, NOTHING]


def steps_of(seconds: float, display: Display) -> ProgressIndicator:
    async def run(_thread_id: str) -> None:
        await asyncio.sleep(seconds)

    return ProgressIndicator(run, display)


@in_virtual_time
async def test_a_status_is_shown_after_three_seconds_and_before_slack_clears_it() -> None:
    quick, slow = Display(), Display()

    await steps_of(2.9, quick)(REF.id)
    begun = elapsed()
    await steps_of(70, slow)(REF.id)

    assert quick.shown == []
    assert slow.shown == [WORKING, WORKING, WORKING, NOTHING]
    assert [round(at - begun, 3) for at in slow.at] == [3, 33, 63, 70]


@in_virtual_time
async def test_a_call_that_slack_does_not_answer_is_given_up_and_not_repeated() -> None:
    display = Display(seconds=1000)

    await steps_of(100, display)(REF.id)

    assert (display.shown, display.at) == ([WORKING, NOTHING], [3, 100])
    assert elapsed() == 103, "the next job waits no longer than this"


@in_virtual_time
async def test_a_refused_status_is_not_tried_again_while_the_step_goes_on() -> None:
    display = Display(SlackRefused("assistant.threads.setStatus", "not_allowed"))
    await steps_of(100, display)(REF.id)
    assert display.shown == [WORKING, NOTHING]


@in_virtual_time
async def test_a_call_on_its_way_ends_before_the_status_is_taken_back() -> None:
    """Or Slack might show it for two minutes below the answer."""
    display = Display(seconds=2)
    await steps_of(4, display)(REF.id)
    assert (display.shown, display.cut_off) == ([WORKING, NOTHING], [1])
