"""A run that a message starts: who may start it, what the graph is given, and how it may end."""

from dataclasses import replace

import pytest

from countersign.approvals.lifecycle import Event
from countersign.approvals.recorded_reasons import FAILED_AFTER
from countersign.flow.errors import Stopped
from countersign.flow.graph_state import EMPTY_STATE, AgentMessage, StartsWith
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from tests.flow.rows import REF, a_message, a_state, an_approval, decided, pending, work
from tests.flow.steps.step_doubles import FAILURE, INFO, MAY_NOT, Called

MESSAGE = a_message(1)
FORM = replace(MESSAGE, kind=InboundKind.FORM)
AGAIN = replace(MESSAGE, kind=InboundKind.ASK_AGAIN)
AT_REST = a_state(last_input_key="message:0")
SAID = replace(AT_REST, chats=True, messages=(AgentMessage(key="m1", text="Done."),))


async def test_a_run_that_ends_is_handled_with_its_words() -> None:
    result = await Called(AT_REST, SAID).take(work(inbound=(MESSAGE,)))
    assert (result.done, result.thread.halted, result.stopped) == ((MESSAGE.key,), None, False)
    assert [row.kind for row in result.post] == [OutgoingKind.AGENT_MESSAGE]


async def test_a_run_that_fails_is_halted_with_its_error() -> None:
    called = Called(AT_REST, raises=FAILURE)
    result = await called.take(work(inbound=(MESSAGE,)))
    assert (result.done, result.thread.halted, result.stopped) == ((MESSAGE.key,), "e1", False)
    assert [row.kind for row in result.post] == [OutgoingKind.FAILURE]


async def test_a_run_that_was_stopped_says_so() -> None:
    """So that nobody is asked for feedback, and its plan does not look as if it had come to its end."""
    result = await Called(AT_REST, raises=Stopped()).take(work(inbound=(MESSAGE,)))
    assert (result.done, result.thread.halted, result.stopped) == ((MESSAGE.key,), None, True)


async def test_asking_again_withdraws_the_answers_that_the_graph_did_not_take() -> None:
    asked, anew = a_state(pending()), a_state(pending("i2", digest="d2"))
    given = work(decided(an_approval()), inbound=(AGAIN,), halted="e1")
    result = await Called(asked, anew).take(given)
    withdrawn, opened = result.changes
    assert (withdrawn.event, withdrawn.after.id) == (Event.WITHDRAWN, an_approval().id)
    assert withdrawn.after.status_reason == FAILED_AFTER
    assert (opened.event, opened.after.interrupt_id) == (Event.OPENED, "i2")
    assert (result.done, result.thread.halted) == ((AGAIN.key,), None)


async def test_who_may_not_start_a_run_is_told_and_nothing_runs() -> None:
    called = Called(AT_REST, refusal=MAY_NOT)
    result = await called.take(work(inbound=(MESSAGE,)))
    assert called.ran == []
    assert result.done == (MESSAGE.key,)
    assert [(notice.user, notice.text) for notice in result.notices] == [("UBOB", MAY_NOT)]


@pytest.mark.parametrize(
    ("first", "channel"),
    [
        (MESSAGE, None),
        (FORM, "C1"),
        (replace(FORM, thread=replace(REF, current_channel="C9")), "C9"),
    ],
    ids=["a message", "a form", "a form in a channel with a new id"],
)
async def test_who_submits_a_form_has_to_see_its_channel_now(first: Inbound, channel: str | None) -> None:
    called = Called(AT_REST)
    await called.take(work(inbound=(first,)))
    assert called.asked_where == [("UBOB", channel, REF.id)]


@pytest.mark.parametrize(
    ("info", "state", "form"),
    [
        (replace(INFO, starts_with=StartsWith.FORM), AT_REST, True),
        (replace(INFO, form_first=True), EMPTY_STATE, True),
        (replace(INFO, form_first=True), AT_REST, False),
    ],
    ids=["always", "at first", "later on"],
)
async def test_a_graph_that_needs_a_form_is_not_started_by_a_message(
    info: object, state: object, form: bool
) -> None:
    called = Called(state)  # type: ignore[arg-type]
    first = replace(MESSAGE, text="agent: pay")
    result = await called.take(work(inbound=(first,)), info=info)  # type: ignore[arg-type]
    assert called.ran == ([("files left",)] if form else [("start", "agent: pay and files")])
    bodies = [row.body for row in result.post if row.kind is OutgoingKind.START_FORM]
    text = "agent: pay" if state is AT_REST else "pay"
    assert bodies == ([{"graph": "agent", "text": text}] if form else [])
    assert result.done == (MESSAGE.key,)


async def test_a_form_that_was_submitted_starts_the_graph() -> None:
    called = Called(AT_REST)
    await called.take(work(inbound=(FORM,)), info=replace(INFO, starts_with=StartsWith.FORM))
    assert called.ran == [("start", "hi and files")]


@pytest.mark.parametrize(
    ("text", "new", "given"),
    [
        ("agent: pay", True, "pay"),
        ("agent: pay", False, "agent: pay"),
        ("Note: pay", True, "Note: pay"),
    ],
)
async def test_the_name_of_the_graph_is_taken_off_the_first_message(text: str, new: bool, given: str) -> None:
    called = Called(EMPTY_STATE if new else AT_REST, AT_REST)
    await called.take(work(inbound=(replace(MESSAGE, text=text),)))
    assert called.ran == [("start", f"{given} and files")]
