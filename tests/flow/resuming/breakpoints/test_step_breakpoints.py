"""Breakpoints before and after steps: the state is shown and changed, and nothing passes unasked."""

import pytest

from countersign.approvals.decision import Decision
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.interrupts import FormValidationError
from tests.flow.resuming.breakpoints.conftest import (
    APPROVE,
    EDIT,
    REJECT,
    RESPOND,
    begun,
    decide,
    results,
    status,
)
from tests.support.harness import Harness, a_thread, asked


@pytest.mark.parametrize("graph", ["before", "after", "by_command", "nested_letters"])
async def test_a_breakpoint_at_any_step_shows_the_state_and_goes_on(harness: Harness, graph: str) -> None:
    thread, card = await begun(harness, graph, "hello")
    request = Review(card).request
    shown = {part.label: part.value for part in request.rows[0].parts}
    assert shown == {"text": "HELLO", "log": ["written"], "copies": 1}
    assert request.title == "Run the step send?"
    assert request.description == (
        "The agent stopped after “Write”." if graph == "after" else "The agent stopped before “Send”."
    )

    await decide(harness, card, Decision(kind=APPROVE))

    assert results(harness) == [{"text": "HELLO", "log": ["written", "sent HELLO x1"], "copies": 1}]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


@pytest.mark.parametrize("graph", ["before", "after", "by_command", "nested_letters"])
async def test_the_step_runs_with_the_state_as_people_changed_it(harness: Harness, graph: str) -> None:
    _, card = await begun(harness, graph, "hello")
    changed: dict[str, Json] = {"text": "Goodbye", "log": ["corrected"], "copies": 3}

    await decide(harness, card, Decision(kind=EDIT, value=changed))

    assert results(harness) == [{**changed, "log": ["corrected", "sent Goodbye x3"]}]


@pytest.mark.parametrize("graph", ["before", "after", "by_command", "nested_letters"])
async def test_a_rejected_step_stops_the_run_and_the_thread_says_so(harness: Harness, graph: str) -> None:
    thread, card = await begun(harness, graph, "hello")

    await decide(harness, card, Decision(kind=REJECT, message="No."))

    assert results(harness) == []
    (note,) = harness.slack.texts(OutgoingKind.NOTE)
    assert "stopped" in note
    await harness.say(thread, "again")
    assert (await harness.the_card(thread)).id != card.id


async def test_every_step_is_asked_for_where_all_are_breakpoints(harness: Harness) -> None:
    thread, card = await begun(harness, "everywhere", "hello")
    assert Review(card).request.title == "Run the step write?"
    await decide(harness, card, Decision(kind=APPROVE))
    card = await harness.the_card(thread)
    assert Review(card).request.title == "Run the step send?"
    await decide(harness, card, Decision(kind=APPROVE))
    assert results(harness)[0]["log"] == ["written", "sent HELLO x1"]


async def test_a_breakpoint_after_the_last_step_is_the_end(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "after_the_last: hello")
    assert await harness.pending(thread) == []
    assert results(harness)[0]["log"] == ["written", "sent HELLO x1"]


async def test_what_a_node_raised_is_answered_by_a_change_of_the_state(harness: Harness) -> None:
    thread, card = await begun(harness, "dynamic", "far too long")
    request = Review(card).request
    assert request.title == "The step check stopped"
    assert request.description == "FAR TOO LONG is longer than 5 letters"
    assert {kind.value for kind in request.rows[0].allowed} == {"edit", "reject", "respond"}

    state: dict[str, Json] = {"text": "STILL TOO LONG", "log": ["written"], "copies": 1}
    await decide(harness, card, Decision(kind=EDIT, value=state))
    again = await harness.the_card(thread)
    assert Review(again).request.description == "STILL TOO LONG is longer than 5 letters"
    assert await status(harness, card) is Status.RESUMED
    await decide(harness, again, Decision(kind=EDIT, value={**state, "text": "short"}))

    assert results(harness)[0]["log"] == ["written", "checked short", "sent short x1"]


async def test_a_step_that_raised_can_be_skipped(harness: Harness) -> None:
    _, card = await begun(harness, "dynamic", "far too long")

    await decide(harness, card, Review(card).request.rows[0].choose(0))

    assert results(harness)[0]["log"] == ["written", "sent FAR TOO LONG x1"]


async def test_a_breakpoint_that_nobody_can_see_is_passed_by_nobody(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "hidden: hello")
    (stopped,) = harness.slack.of(OutgoingKind.FAILURE)
    assert isinstance(stopped.body, dict)
    assert "can't be approved here" in str(stopped.body["text"])
    assert stopped.body["try_again"] is False

    await harness.take(asked(thread, InboundKind.RETRY))  # as `countersign halted --retry` asks for it
    await harness.take(asked(thread, InboundKind.RETRY))

    assert results(harness) == []
    assert len(harness.slack.of(OutgoingKind.FAILURE)) == 1
    assert "can't be approved here" in harness.slack.texts(OutgoingKind.NOTE)[-1]
    await harness.say(thread, "once more")
    assert results(harness) == []
    assert len(harness.slack.of(OutgoingKind.FAILURE)) == 2


async def test_a_state_that_its_type_does_not_take_is_refused_at_its_field(harness: Harness) -> None:
    _, card = await begun(harness, "before", "hello")
    row = Review(card).request.rows[0]
    with pytest.raises(FormValidationError) as refused:
        row.decide(EDIT, {"/copies": "many"})
    assert set(refused.value.errors) == {"/copies"}


async def test_an_answer_lets_no_other_branch_past_its_breakpoint(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "side_by_side: hello")
    cards = await harness.pending(thread)
    stop = next(card for card in cards if "countersign_breakpoint" in str(card.value))
    (question,) = [card for card in cards if card.id != stop.id]

    await harness.answer(question, RESPOND, "red")

    assert await status(harness, question) is Status.PENDING
    assert await status(harness, stop) is Status.PENDING
    await decide(harness, stop, Decision(kind=APPROVE))
    (question,) = await harness.pending(thread)
    await harness.answer(question, RESPOND, "red")
    (result,) = results(harness)
    assert sorted(result["log"]) == ["answered red", "copied", "prepared"]


async def test_a_subgraphs_state_is_edited_where_no_edge_leads_to_the_next_step(harness: Harness) -> None:
    _, card = await begun(harness, "nested_by_command", "hello")
    edited = Review(card).request.rows[0].decide(EDIT, {"/text": "BYE"})
    await decide(harness, card, edited)
    assert results(harness)[0]["log"][-1] == "sent BYE x1"
