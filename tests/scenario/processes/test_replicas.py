"""Two bots on one database, and Slack hands each payload to either: everything still happens once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio

from countersign.testing.cards import ApprovalCard
from slack_local.fault_injection import DeliveryFault
from slack_local.model.wire_log import Attempt
from slack_local.people.person import Person
from tests.support.stage import Stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}
SOCKETS = 4  # two of each bot's: as many deliveries in a row reach both
ROUNDS = 20


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def both(empty_stage: Stage) -> AsyncIterator[Stage]:
    """A stage with two bots, both of which listen and work."""
    async with (
        empty_stage.bot(name="one", wait=False) as one,
        empty_stage.bot(name="other", wait=False) as other,
    ):
        await one.ready()
        await other.ready()
        await empty_stage.ws.connected(SOCKETS)
        yield empty_stage
        assert [await one.stop(), await other.stop()] == [0, 0], one.said + other.said


def delivered(stage: Stage, name: str, ts: str) -> Attempt:
    """The first delivery of a message's event."""
    return next(a for a in stage.ws.log.attempts(name) if a.body["event"]["ts"] == ts)


async def settled(stage: Stage, thread_text: str, card: ApprovalCard) -> None:
    """Have all that is under way in the thread come to its end: the bot takes its messages in order."""
    await stage.ws.delivery.idle()
    await stage.ws.carol.replies(card.thread, thread_text)
    await card.thread.wait_for(f"Heard: {thread_text}")


@pytest.mark.parametrize("order", ["mention_first", "message_first"])
async def test_a_mention_that_arrives_as_two_events_is_one_message(
    both: Stage, order: Literal["mention_first", "message_first"]
) -> None:
    both.ws.faults.mention_order = order
    try:
        threads = [await both.ws.carol.mentions(f"ask: {order} {n}") for n in range(6)]
    finally:
        both.ws.faults.clear()

    for n, thread in enumerate(threads):
        await thread.wait_for(f"Heard: {order} {n}")
    await both.ws.delivery.idle()
    for thread in threads:
        await both.ws.carol.replies(thread, "last")
        await thread.wait_for("Heard: last")
        assert len(both.noted(thread)) == 2, thread.transcript()


async def test_an_event_that_is_delivered_again_to_every_socket_is_handled_once(both: Stage) -> None:
    both.ws.faults.on_delivery("app_mention", DeliveryFault.TWICE)
    both.ws.faults.on_delivery("message", DeliveryFault.TWICE)
    card = await both.card(RISKY)
    for name in ("app_mention", "message"):
        event = delivered(both, name, card.thread.ts)
        for _ in range(SOCKETS):
            both.ws.delivery.again(event.body)
    await both.ws.delivery.idle()

    await card.approve(by=both.ws.bob)

    assert await both.resumed(card.thread) == {"type": "approve"}
    for _ in range(SOCKETS):
        both.ws.delivery.again(delivered(both, "app_mention", card.thread.ts).body)
    await settled(both, "all done", card)
    assert [line["heard"] for line in both.noted(card.thread)] == [None, "all done"]
    assert [event for event, _ in both.ledger(card.thread)] == ["opened", "decided", "resumed"]


async def test_an_event_whose_acknowledgement_was_lost_is_handled_once(both: Stage) -> None:
    both.ws.faults.on_delivery("app_mention", DeliveryFault.LOSE_ACK)
    both.ws.faults.on_delivery("message", DeliveryFault.LOSE_ACK)

    thread = await both.ws.carol.mentions("ask: once")

    await thread.wait_for("Heard: once")
    await both.ws.delivery.idle()
    await both.ws.carol.replies(thread, "last")
    await thread.wait_for("Heard: last")
    assert len(both.noted(thread)) == 2


async def test_a_click_that_arrives_twice_decides_once(both: Stage) -> None:
    card = await both.card(RISKY)
    payload = both.ws.bob.click_payload(card.message, "approval:approve")
    told = len(both.ws.bob.ephemerals)

    clicks = await asyncio.gather(*(both.ws.bob.clicks_raw(payload) for _ in range(SOCKETS)))

    assert [click.error for click in clicks] == [None] * SOCKETS
    await both.resumed(card.thread)
    await settled(both, "after the clicks", card)
    assert len(both.noted(card.thread)) == 2
    assert both.ledger(card.thread).count(("decided", "bob")) == 1
    await both.ws.bob.sees_ephemeral(lambda _: len(both.ws.bob.ephemerals) == told + SOCKETS - 1)


async def test_when_three_decide_at_once_one_counts_and_the_others_are_notified_privately(
    both: Stage,
) -> None:
    cards = [await both.card(RISKY) for _ in range(ROUNDS)]

    for number, card in enumerate(cards):
        await _race(both, card, form=number % 2 == 1)

    for card in cards:
        assert len(both.noted(card.thread)) == 1, card.thread.transcript()


async def test_a_reply_and_a_click_at_once_are_one_decision(both: Stage) -> None:
    for _ in range(8):
        card = await both.card(RISKY)
        known = {person: len(both.ws.people[person].ephemerals) for person in ("alice", "bob")}

        await asyncio.gather(both.ws.bob.replies(card.thread, "reject"), card.approve(both.ws.alice))

        answer = await both.resumed(card.thread)
        (winner,) = [by for event, by in both.ledger(card.thread) if event == "decided"]
        assert answer["type"] == ("approve" if winner == "alice" else "reject")
        assert f"by {winner}" in (await card.closes()).text
        if winner == "bob":
            await _told(both.ws.alice, known["alice"])
        assert "This run stopped" not in card.thread.transcript()


async def _race(stage: Stage, card: ApprovalCard, *, form: bool) -> None:
    """Alice, bob and carol decide in the same moment; bob in a form, if it has one."""
    ws = stage.ws
    people = [ws.alice, ws.carol] if form else [ws.alice, ws.bob, ws.carol]
    view = await card.form("approval:reject", ws.bob) if form else None
    known = {person.name: len(person.ephemerals) for person in people}
    clicks = [person.clicks(card.message, "approval:approve") for person in people]
    sending = asyncio.create_task(ws.bob.submits(view, {"/message": "no"})) if view else None
    await asyncio.gather(*clicks)
    submitted = await sending if sending else None
    answer = await stage.resumed(card.thread)
    (winner,) = [by for event, by in stage.ledger(card.thread) if event == "decided"]
    assert answer["type"] == ("reject" if form and winner == "bob" else "approve")
    assert f"by {winner}" in (await card.closes()).text
    for person in people:
        if person.name != winner:
            await _told(person, known[person.name])
        else:
            assert len(person.ephemerals) == known[person.name]
    if submitted is not None and winner != "bob":
        assert submitted.outcome == "updated"
        assert ws.bob.modal is not None
        await ws.bob.closes(ws.bob.modal)


async def _told(person: Person, known: int) -> None:
    seen = await person.sees_ephemeral(lambda _: len(person.ephemerals) == known + 1)
    assert "already" in person.ephemerals[-1].text or "no longer open" in person.ephemerals[-1].text, seen
