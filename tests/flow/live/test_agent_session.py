"""The state of Slack's agent session, as a step begins and ends; and the buttons for feedback."""

import asyncio
from dataclasses import replace

import pytest

from countersign.flow.errors import SlackRefused
from countersign.flow.live.agent_session import TITLE_LIMIT, AgentSessions, with_feedback
from countersign.flow.messages.outgoing import OutgoingKind, outgoing
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult, Work
from tests.flow.rows import REF, a_message, an_approval, work
from tests.support.fakes.virtual_time import elapsed, in_virtual_time

WORK = work(requester="UALICE")
SAID = outgoing(REF, "m1", OutgoingKind.AGENT_MESSAGE, {"text": "Done."})
NOTE = outgoing(REF, "n1", OutgoingKind.NOTE, {"text": "Careful."})


class Sessions:
    def __init__(self) -> None:
        self.set: list[tuple[str, str | None, str | None]] = []
        self.changed = asyncio.Event()
        self.renamed: list[str] = []
        self.known: str | None = None  # the title that the session has already
        self.error: Exception | None = None
        self.seconds = 0.0  # of a call
        self.at: list[float] = []
        self.ended: list[str] = []

    async def set_session(
        self, thread: ThreadRef, status: str, title: str | None, initiator: str | None
    ) -> str | None:
        assert thread == REF
        self.set.append((status, title, initiator))
        self.at.append(elapsed())
        self.changed.set()
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.ended.append(status)
        if self.error is not None:
            raise self.error
        return self.known or title

    async def rename_session(self, thread: ThreadRef, title: str) -> None:
        assert thread == REF
        self.renamed.append(title)


async def statuses(given: Work, result: StepResult | None, *, long: bool = False) -> list[str]:
    display = Sessions()
    session = AgentSessions(display, show_after=0 if long else 1000).open(given)
    if long:
        await asyncio.wait_for(display.changed.wait(), 5)
    await session.finish(result)
    return [status for status, _, _ in display.set]


def result(*post: object, waits: bool = False, halted: str | None = None) -> StepResult:
    return StepResult(thread=replace(WORK.thread, halted=halted), post=post, waits=waits)  # type: ignore[arg-type]


@pytest.mark.parametrize("long", [True, False])
@in_virtual_time
async def test_a_step_that_asks_suspends_the_session(long: bool) -> None:
    working = ["processing"] if long else []
    assert await statuses(WORK, result(waits=True), long=long) == [*working, "suspended"]


@in_virtual_time
async def test_only_what_takes_long_is_shown_as_working() -> None:
    assert await statuses(WORK, result()) == []
    assert await statuses(WORK, result(), long=True) == ["processing", "active"]


@in_virtual_time
async def test_a_step_is_shown_as_working_after_a_second() -> None:
    display = Sessions()
    for seconds in (0.9, 2.0):
        session = AgentSessions(display).open(WORK)
        await asyncio.sleep(seconds)
        await session.finish(result())
    assert [(status, round(at, 3)) for (status, *_), at in zip(display.set, display.at, strict=True)] == [
        ("processing", 1.9),
        ("active", 2.9),
    ]


@in_virtual_time
async def test_a_call_on_its_way_ends_before_the_next_one_begins() -> None:
    """Or Slack might show for ever that the agent works."""
    display = Sessions()
    display.seconds = 5
    session = AgentSessions(display).open(WORK)
    await asyncio.sleep(2)
    await session.finish(result(waits=True))
    assert (display.ended, display.at) == (["processing", "suspended"], [1, 2])


@in_virtual_time
async def test_a_session_that_was_suspended_is_active_again() -> None:
    waits = an_approval()
    assert await statuses(work(waits), result()) == ["active"]
    elsewhere = replace(waits, posted_to="C2")
    assert await statuses(work(elsewhere), result()) == []


@in_virtual_time
async def test_before_another_attempt_the_session_stays_as_it_is() -> None:
    assert await statuses(work(an_approval()), None) == []
    assert await statuses(WORK, None, long=True) == ["processing"]


@in_virtual_time
async def test_a_status_that_slack_does_not_take_is_not_the_steps_error() -> None:
    display = Sessions()
    display.error = SlackRefused("agents.sessions.set", "not_allowed")
    session = AgentSessions(display, show_after=1000).open(WORK)
    await session.finish(result(waits=True))
    assert len(display.set) == 1


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Pay \n the  rent", "Pay the rent"),
        ("x" * TITLE_LIMIT, "x" * TITLE_LIMIT),
        ("x" * (TITLE_LIMIT + 1), "x" * (TITLE_LIMIT - 1) + "…"),
    ],
)
@in_virtual_time
async def test_a_session_is_named_by_the_message_that_begins_it(text: str, title: str) -> None:
    display = Sessions()
    first = replace(a_message(1), text=text)
    given = work(inbound=(first, a_message(2)), requester="UALICE")
    await AgentSessions(display, show_after=1000).open(given).finish(result(waits=True))
    assert display.set == [("suspended", title, "UALICE")]


@in_virtual_time
async def test_a_conversation_that_begins_after_a_reset_names_the_session_anew() -> None:
    display = Sessions()
    display.known = "Pay the rent"
    first = replace(a_message(1), text="Water the plants")
    begins = work(inbound=(first,), requester="UALICE")
    await AgentSessions(display, show_after=1000).open(begins).finish(result(waits=True))
    assert display.renamed == ["Water the plants"]
    goes_on = replace(begins, thread=replace(begins.thread, last_posted_key="m1"))
    await AgentSessions(display, show_after=1000).open(goes_on).finish(result(waits=True))
    assert display.renamed == ["Water the plants"], "people may have named it themselves"


@in_virtual_time
async def test_a_reset_closes_the_session() -> None:
    assert await statuses(WORK, replace(result(), closed=True)) == ["closed"]


@in_virtual_time
async def test_a_thread_that_is_forgotten_closes_its_session_once_whatever_slack_says() -> None:
    display = Sessions()
    display.error = SlackRefused("agents.sessions.setStatus", "ratelimited")
    await AgentSessions(display).close(REF)
    assert display.set == [("closed", None, None)]


@in_virtual_time
async def test_without_a_message_a_session_has_no_title() -> None:
    display = Sessions()
    await AgentSessions(display, show_after=1000).open(WORK).finish(result(waits=True))
    assert display.set == [("suspended", None, "UALICE")]


def test_feedback_is_asked_for_below_the_last_words_of_a_run() -> None:
    other, last = replace(SAID, key="m2"), replace(SAID, key="m3", body={"text": "Bye."})
    asked = with_feedback(result(SAID, other, last, NOTE))
    assert asked.post == (SAID, other, replace(last, body={"text": "Bye.", "feedback": True}), NOTE)


@pytest.mark.parametrize(
    "given",
    [
        result(SAID, waits=True),
        result(SAID, halted="e1"),
        replace(result(SAID), stopped=True),
        result(NOTE),
        result(),
        result(replace(SAID, body="text")),
    ],
)
def test_nobody_is_asked_about_a_run_that_did_not_end_with_words(given: StepResult) -> None:
    assert with_feedback(given) == given
