"""While a step takes longer than a moment, its thread says so; a status never decides how the step ends."""

import asyncio

import pytest

from countersign.flow.errors import SlackRefused
from countersign.flow.steps.progress_indicator import ProgressIndicator
from countersign.flow.thread import ThreadRef
from tests.flow.rows import REF


class Display:
    """A thread's status line. `seen` is set once one was shown; `error` is raised instead of showing it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.shown: list[tuple[str, str]] = []
        self.seen = asyncio.Event()
        self.error = error

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        self.shown.append((thread.id, status))
        self.seen.set()
        if self.error is not None:
            raise self.error


WORKING, NOTHING = (REF.id, "is working on it…"), (REF.id, "")


async def test_a_quick_step_shows_no_status() -> None:
    display, ran = Display(), list[str]()

    async def run(thread_id: str) -> None:
        ran.append(thread_id)

    await ProgressIndicator(run, display, show_after=5)(REF.id)

    assert ran == [REF.id]
    assert display.shown == []


async def test_a_slow_step_shows_a_status_once_and_takes_it_back_at_its_end() -> None:
    display = Display()

    async def run(thread_id: str) -> None:
        await display.seen.wait()
        assert display.shown == [WORKING]

    await ProgressIndicator(run, display, show_after=0)(REF.id)

    assert display.shown == [WORKING, NOTHING]


async def test_a_step_that_fails_raises_what_it_raised_and_its_status_is_gone() -> None:
    display = Display()

    async def run(thread_id: str) -> None:
        await display.seen.wait()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ProgressIndicator(run, display, show_after=0)(REF.id)

    assert display.shown == [WORKING, NOTHING]


async def test_a_status_that_slack_refuses_is_not_tried_again_and_the_step_goes_on() -> None:
    display, done = Display(SlackRefused("assistant.threads.setStatus", "not_allowed")), list[str]()

    async def run(thread_id: str) -> None:
        await display.seen.wait()
        await asyncio.sleep(0)
        done.append(thread_id)

    await ProgressIndicator(run, display, show_after=0)(REF.id)

    assert done == [REF.id]
    assert display.shown == [WORKING, NOTHING]


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
