"""Which step a thread takes next, by its rows and by the state of its graph."""

from dataclasses import replace

import pytest

from countersign.flow.graph_state import EMPTY_STATE, GraphState
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.work import Work
from tests.flow.rows import a_message, a_state, an_approval, decided, pending, work
from tests.flow.steps.step_doubles import Called

MESSAGE, LATER = a_message(1), a_message(2)
RETRY, STOP, RESET, REVISION, CHOICE, AGAIN = (
    replace(a_message(number), kind=kind)
    for number, kind in enumerate(
        (
            InboundKind.RETRY,
            InboundKind.STOP,
            InboundKind.RESET,
            InboundKind.REVISION,
            InboundKind.CHOICE,
            InboundKind.ASK_AGAIN,
        ),
        start=11,
    )
)
AT_REST = a_state(last_input_key="message:0")
ASKED = a_state(pending(), last_input_key="message:0")
UNFINISHED = a_state(last_input_key="message:0", unfinished=True)
HIDDEN = "breakpoint-c5"


def rows(*inbound: Inbound, halted: str | None = None) -> Work:
    return work(inbound=inbound, halted=halted)


def waiting(*inbound: Inbound, halted: str | None = None) -> Work:
    return work(an_approval(), inbound=inbound, halted=halted)


def answered(*inbound: Inbound, halted: str | None = None) -> Work:
    return work(decided(an_approval()), inbound=inbound, halted=halted)


@pytest.mark.parametrize(
    ("given", "state", "ran"),
    [
        (rows(MESSAGE, LATER), AT_REST, ("start", "hi and files")),
        (waiting(MESSAGE, LATER), ASKED, ("reply", "hi and texts")),
        (rows(STOP), AT_REST, ("stop", STOP.key)),
        (rows(RESET), AT_REST, ("reset", RESET.key)),
        (rows(MESSAGE, STOP), AT_REST, ("stop", STOP.key)),
        (rows(MESSAGE, RESET, STOP), AT_REST, ("reset", RESET.key)),
        (waiting(STOP, MESSAGE), ASKED, ("stop", STOP.key)),
        (waiting(MESSAGE, STOP), ASKED, ("reply", "hi and texts")),
        (rows(REVISION, STOP), AT_REST, ("revision", REVISION.key)),
        (rows(REVISION), AT_REST, ("revision", REVISION.key)),
        (waiting(REVISION), ASKED, ("revision", REVISION.key)),
        (waiting(CHOICE), ASKED, ("choice", CHOICE.key)),
        (rows(CHOICE), AT_REST, ("choice", CHOICE.key)),
        (rows(replace(MESSAGE, open_approvals=(an_approval().id,))), AT_REST, ("overtaken", MESSAGE.key)),
        (answered(MESSAGE), ASKED, ("resume", "i1")),
        (answered(), ASKED, ("resume", "i1")),
        (answered(RETRY, halted="e1"), ASKED, ("resume", "i1")),
        (answered(MESSAGE, halted="e1"), ASKED, ("reply", "hi and texts")),
        (rows(RETRY, halted="e1"), UNFINISHED, ("continue",)),
        (rows(RETRY), UNFINISHED, ("continue",)),
        (rows(a_message(0), LATER), UNFINISHED, ("continue",)),
        (answered(AGAIN, halted="e1"), ASKED, ("ask again",)),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
async def test_the_next_step_is(given: Work, state: GraphState, ran: tuple[str, ...]) -> None:
    called = Called(state)
    await called.take(given)
    beside = {("files again",)} if ran == ("continue",) else {("continue",)}  # a resumed run goes on
    assert [call for call in called.ran if call not in beside] == [ran]


@pytest.mark.parametrize(
    ("given", "state", "halted", "done"),
    [
        (rows(RETRY), AT_REST, None, (RETRY.key,)),
        (rows(replace(MESSAGE, deleted=True)), AT_REST, None, (MESSAGE.key,)),
        (rows(RETRY, halted=HIDDEN), UNFINISHED, HIDDEN, (RETRY.key,)),
        (rows(AGAIN, halted="e1"), ASKED, "e1", (AGAIN.key,)),
        (answered(AGAIN, halted="e1"), AT_REST, "e1", (AGAIN.key,)),
        (answered(AGAIN, halted="e1"), replace(ASKED, hidden_breakpoint=True), "e1", (AGAIN.key,)),
        (
            answered(AGAIN, halted="e1"),
            a_state(pending("breakpoint:k1"), last_input_key="message:0"),
            "e1",
            (AGAIN.key,),
        ),
        (waiting(MESSAGE), AT_REST, None, ()),
        (waiting(MESSAGE, STOP), AT_REST, None, ()),
        (rows(MESSAGE), ASKED, None, ()),
    ],
    ids=[
        "try again what was stopped meanwhile",
        "a message that was deleted",
        "try again at a breakpoint that nobody sees",
        "ask again without an answer",
        "ask again what nobody asks",
        "ask again where a breakpoint may be hidden",
        "ask again at a breakpoint",
        "a question that is gone is withdrawn first",
        "it is also before a stop behind its answer",
        "a question without an approval gets one first",
    ],
)
async def test_nothing_runs_for(
    given: Work, state: GraphState, halted: str | None, done: tuple[str, ...]
) -> None:
    called = Called(state)
    result = await called.take(given)
    assert called.ran == []
    assert (result.thread.halted, result.done) == (halted, done)


async def test_of_a_breakpoint_that_nobody_sees_whoever_tries_again_is_told() -> None:
    result = await Called(UNFINISHED).take(rows(RETRY, halted=HIDDEN))
    assert [row.key for row in result.post] == [f"note:{RETRY.key}"]


async def test_only_a_retry_is_held_up_at_a_breakpoint_that_nobody_sees() -> None:
    called = Called(AT_REST)
    await called.take(rows(MESSAGE, halted=HIDDEN))
    assert called.ran == [("start", "hi and files")]


async def test_of_a_new_thread_no_state_is_read_before_its_run() -> None:
    called = Called(AT_REST)
    await called.take(rows(replace(MESSAGE, open_approvals=(an_approval().id,))), new=True)
    assert called.did == [("start", "hi and files"), ("read",)]


async def test_what_was_begun_before_a_crash_continues_and_its_files_are_read_for_the_note() -> None:
    called = Called(UNFINISHED, AT_REST)
    result = await called.take(rows(a_message(0)))
    assert called.ran == [("files again",), ("continue",)]
    assert result.done == ("message:0",)


async def test_a_run_that_may_stand_at_a_hidden_breakpoint_is_not_continued() -> None:
    state = a_state(last_input_key="message:0", unfinished=True, hidden_breakpoint=True)
    called = Called(state)
    result = await called.take(rows(a_message(0)))
    assert called.ran == [("files again",)]
    assert (result.thread.halted, result.done) == ("breakpoint-c5", ("message:0",))


async def test_a_question_beside_a_hidden_breakpoint_is_asked() -> None:
    state = a_state(pending(), last_input_key="message:0", unfinished=True, hidden_breakpoint=True)
    result = await Called(state).take(rows(a_message(0)))
    assert (result.thread.halted, len(result.opened)) == (None, 1)


async def test_nothing_to_do_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(AssertionError):
        await Called(EMPTY_STATE).take(work())
