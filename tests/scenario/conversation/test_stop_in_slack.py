"""Stopping over the wire: Slack's button, a mention, a word in direct messages, and who may not."""

import json

import pytest

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from slack_local.people.threads import Thread
from slack_local.web_api.methods.agents import put_status
from tests.scenario.conversation.streaming import asks, streams
from tests.support.stage import Stage

pytestmark = pytest.mark.timeout(180)  # the wait for a stream among them
STOPPED = "Stopped. Send a message to go on."
RISKY = {"question": "Wipe it?", "disk": "sda"}


async def works(stage: Stage, name: str) -> Thread:
    """A thread of carol's that is in its first step until `name` is released."""
    thread = await stage.ws.carol.mentions(f"steps: {json.dumps({'wait_for': name})}")
    await stage.reached(name)
    return thread


async def is_stopping(stage: Stage, thread: Thread) -> None:
    """The run has been told: what follows the step that it is in cannot begin any more."""
    await stage.ws.carol.sees_ephemeral(
        lambda seen: seen.thread_ts == thread.ts and seen.text.startswith("Stopping after"), limit=10
    )


async def test_a_mention_stops_the_run_after_its_step(either: Stage) -> None:
    name = "mention"
    thread = await works(either, name)

    await either.ws.carol.mentions("stop", thread_ts=thread.ts)
    await is_stopping(either, thread)
    either.release(name)

    await thread.wait_for(STOPPED)
    assert either.noted(thread) == []
    said = [message.text for message in thread.from_bot() if message.text]  # the plan has none
    assert said == ["First step.", STOPPED]
    await either.ws.carol.replies(thread, "go on")
    await thread.wait_for("Second step.")
    assert [line["heard"] for line in either.noted(thread)] == ["go on"]


async def test_the_button_of_slack_stops_the_run(either: Stage) -> None:
    name = "button"
    thread = await works(either, name)
    put_status(either.ws.slack, thread.channel, thread.ts, "processing")

    await either.ws.bob.stops(thread)
    await either.ws.bob.sees_ephemeral(lambda seen: seen.thread_ts == thread.ts, limit=10)
    either.release(name)

    await thread.wait_for("Stopped by bob. Send a message to go on.")
    assert either.noted(thread) == []


async def test_an_answer_that_is_being_written_ends_where_it_is(either: Stage) -> None:
    thread = await asks(either, say=["A long answer. ", "until:never"])
    await streams(thread, "more more")

    await either.ws.carol.mentions("stop", thread_ts=thread.ts)

    await thread.wait_for(STOPPED)
    answer, stopped = thread.from_bot()
    assert (answer.streaming, stopped.text) == (False, STOPPED)
    assert answer.text.startswith("A long answer. more more ")
    assert answer.text.endswith(" …"), "people see that it was cut off"
    await either.ws.carol.replies(thread, json.dumps({"say": ["A short ", "one."]}))
    await thread.wait_for("A short one.")


async def test_the_button_of_slack_ends_an_answer_where_it_is(either: Stage) -> None:
    thread = await asks(either, say=["Another answer. ", "until:never"])
    await streams(thread, "more more")
    put_status(either.ws.slack, thread.channel, thread.ts, "processing")

    await either.ws.carol.stops(thread)

    await thread.wait_for(STOPPED)
    answer, _ = thread.from_bot()
    assert not answer.streaming
    assert answer.text.startswith("Another answer. more more ")


async def test_a_bare_word_stops_where_it_can_mean_nothing_else(either: Stage) -> None:
    name = "bare"
    thread = await works(either, name)
    await either.ws.carol.replies(thread, "Stop!")
    await is_stopping(either, thread)
    either.release(name)
    await thread.wait_for(STOPPED)

    await either.ws.carol.replies(thread, "stop")
    await thread.wait_for("Heard: stop")


async def test_a_bare_word_is_the_answer_of_a_question_that_waits(either: Stage) -> None:
    thread = await either.ws.carol.mentions(f"steps: {json.dumps({'ask': 'Stop or go?'})}")
    await approval_card(thread)

    await either.ws.carol.replies(thread, "stop")

    await thread.wait_for("Answered: stop")


async def test_direct_messages_stop_with_the_word_alone(either: Stage) -> None:
    name = "direct"
    thread = await either.ws.carol.dms(f"steps: {json.dumps({'wait_for': name})}")
    await either.reached(name)

    outside = await either.ws.carol.dms("중지")
    await is_stopping(either, thread)
    either.release(name)

    await thread.wait_for(STOPPED)
    assert outside.from_bot() == []
    await either.ws.carol.dms("stop")
    await either.ws.carol.sees_ephemeral("Nothing is running here.")


async def test_who_asked_takes_back_their_request_and_nobody_else_does(either: Stage) -> None:
    thread = await either.ws.carol.mentions(f"steps: {json.dumps({'ask': RISKY})}")
    card = await approval_card(thread)
    old = card.message

    await either.ws.bob.mentions("stop", thread_ts=thread.ts)
    await either.ws.bob.sees_ephemeral("Only the person who asked can take it back")
    assert card.is_open

    await either.ws.carol.mentions("stop", thread_ts=thread.ts)
    await thread.wait_for(STOPPED)
    await card.closes()
    assert "Stopped by carol" in card_text(thread, old.ts)
    assert [event for event, _ in either.ledger(thread)] == ["opened", "withdrawn"]
    await either.ws.carol.replies(thread, "again")
    await thread.wait_for("Heard: again")


def card_text(thread: Thread, ts: str) -> str:
    (message,) = [each for each in thread.from_bot() if each.ts == ts]
    return full_text(message)


async def test_guests_stop_nothing(either: Stage) -> None:
    name = "guest"
    thread = await works(either, name)

    await either.ws.gus.mentions("stop", thread_ts=thread.ts)
    await either.ws.gus.sees_ephemeral("You can't stop an agent here.")
    either.release(name)

    await thread.wait_for("Second step.")


async def test_a_stop_outside_of_a_thread_is_told_where_to_write_it(either: Stage) -> None:
    root = await either.ws.carol.mentions("stop")
    await either.ws.carol.sees_ephemeral("in the thread that you mean")
    assert root.from_bot() == []


async def test_a_worker_stops_what_another_process_was_told_to_stop(empty_stage: Stage) -> None:
    async with (
        empty_stage.bot("serve", "--no-worker", name="front", wait=False) as front,
        empty_stage.bot("worker", name="first", wait=False) as first,
    ):
        await front.ready()
        await first.ready()
        await empty_stage.ws.connected()
        thread = await works(empty_stage, "apart")
        await empty_stage.ws.carol.mentions("stop", thread_ts=thread.ts)
        await is_stopping(empty_stage, thread)
        empty_stage.release("apart")
        await thread.wait_for(STOPPED)
        assert empty_stage.noted(thread) == []


async def test_a_stop_survives_the_worker_that_runs(empty_stage: Stage) -> None:
    async with empty_stage.bot("serve", "--no-worker", name="front") as front:
        async with empty_stage.bot("worker", name="doomed") as doomed:
            await empty_stage.ws.connected()
            thread = await works(empty_stage, "doomed")
            await doomed.kill()
        await empty_stage.ws.carol.mentions("stop", thread_ts=thread.ts)
        await empty_stage.ws.delivery.idle()
        async with empty_stage.bot("worker", name="heir"):
            await thread.wait_for("Stopped.", limit=20)
        assert empty_stage.noted(thread) == []
        assert front.running
