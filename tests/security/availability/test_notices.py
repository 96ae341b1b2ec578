"""Telling somebody something is never part of a step: whatever becomes of it, their thread goes on."""

from collections.abc import Iterator

import pytest

from slack_local.fault_injection import ApiFault
from slack_local.people.threads import Thread
from tests.support.processes.bots import until
from tests.support.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = {"question": "Pay?", "amount": 12}
EPHEMERAL = "chat.postEphemeral"


@pytest.fixture
def stage(either: Stage) -> Iterator[Stage]:
    yield either
    either.ws.faults.clear()


def answered(stage: Stage, since: int) -> int:
    """How many calls to tell one person something Slack has answered."""
    return sum(call.status != 0 for call in stage.ws.log.calls(EPHEMERAL, since=since))


def stopped(thread: Thread) -> bool:
    return any("This run stopped" in message.text for message in thread.from_bot())


async def test_a_guest_who_replies_and_leaves_holds_up_nothing(stage: Stage) -> None:
    card = await stage.card(ASKED)
    since = stage.ws.log.cursor
    stage.ws.faults.on_call(EPHEMERAL, ApiFault.DELAY, seconds=8)
    await stage.ws.gus.replies(card.thread, "approve")
    await stage.ws.gus.leaves(card.thread.channel)
    try:
        await until(lambda: stage.ws.faults.api == [], lambda: "the bot to tell the guest")
        assert answered(stage, since) == 0
        await stage.ws.bob.replies(card.thread, "approve")
        assert await stage.resumed(card.thread) is True
        assert answered(stage, since) == 0, "Slack still keeps the call, and nobody waited for it"
    finally:
        await stage.ws.gus.joins(card.thread.channel)
    assert not stopped(card.thread)


@pytest.mark.parametrize(
    "fault", [ApiFault.ERROR, ApiFault.RATE_LIMITED, ApiFault.SERVER_ERROR, ApiFault.DROP]
)
async def test_a_refusal_that_cannot_be_posted_stops_no_run(stage: Stage, fault: ApiFault) -> None:
    stage.ws.faults.on_call(EPHEMERAL, fault, seconds=30, error="user_not_in_channel")
    card = await stage.card(ASKED)
    await stage.ws.gus.replies(card.thread, "approve")
    await until(lambda: stage.ws.faults.api == [], lambda: "the bot to tell the guest")
    await stage.ws.bob.replies(card.thread, "approve")
    assert await stage.resumed(card.thread) is True
    assert not stopped(card.thread)


async def test_who_may_not_start_a_run_is_notified_beside_the_next_one(stage: Stage) -> None:
    since = stage.ws.log.cursor
    stage.ws.faults.on_call(EPHEMERAL, ApiFault.DELAY, seconds=8)
    thread = await stage.ws.gus.mentions('ask: {"ask": "Pay?"}')
    await until(lambda: stage.ws.faults.api == [], lambda: "the bot to tell the guest")
    await stage.ws.bob.mentions("ask: hello", thread_ts=thread.ts)
    await thread.wait_for("Heard: hello")
    assert answered(stage, since) == 0
