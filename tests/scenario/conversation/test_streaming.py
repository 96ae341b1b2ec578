"""Answers grow while they are written, over both transports, and end as they are posted otherwise."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from countersign.slack.streams.rate_budget import MAX_STARTS
from countersign.testing.cards import approval_card
from slack_local.fault_injection import ApiFault
from slack_local.model.records import Message
from slack_local.people.threads import Thread
from tests.scenario.conversation.streaming import asks, methods, plans, steps, streams, written
from tests.support.place import Place
from tests.support.processes.bots import until
from tests.support.stage import Stage, open_stage

pytestmark = pytest.mark.timeout(180)
STREAM = ("chat.startStream", "chat.appendStream", "chat.stopStream")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def placed(place: Place) -> AsyncIterator[Stage]:
    """A stage over either transport, on which no bot runs yet."""
    async with open_stage(place.folder, place.url, mode=place.mode) as stage:
        yield stage


def content(message: Message) -> tuple[str, list[Any], str]:
    blocks = [{k: v for k, v in block.items() if k != "block_id"} for block in message.blocks]
    metadata = message.metadata or {}
    return message.text, blocks, str(metadata.get("event_payload", {}).get("key")).partition(":")[0]


async def test_an_answer_grows_and_becomes_the_message_that_is_posted_without_a_stream(either: Stage) -> None:
    text = ["Four words of **advice**, ", "wait:more", "and four more ", "wait:rest", "words in the end."]
    since = either.ws.log.cursor
    thread = await asks(either, say=text)

    first = await streams(thread, "advice")
    assert "Written by the agent." in str(first.blocks)
    either.release("more")
    await streams(thread, "four more")
    assert "the end" not in written(first)
    either.release("rest")
    last = await thread.wait_for(lambda m: not m.streaming and "in the end." in m.text)

    assert last.ts == first.ts
    assert [m.ts for m in thread.from_bot()] == [first.ts]
    assert methods(either, thread, since) == [*STREAM, "chat.update"]
    plain = await asks(either, say=[piece for piece in text if not piece.startswith("wait:")])
    posted = await plain.wait_for("in the end.")
    assert content(last) == content(posted)


async def test_an_answer_that_is_whole_at_once_is_just_posted(either: Stage) -> None:
    since = either.ws.log.cursor
    thread = await asks(either, say=["All ", "at ", "once."])
    await thread.wait_for("All at once.")
    assert methods(either, thread, since) == ["chat.postMessage"]


async def test_nothing_is_streamed_if_streaming_is_off(empty_stage: Stage) -> None:
    async with empty_stage.bot(STREAMING="off"):
        since = empty_stage.ws.log.cursor
        thread = await asks(empty_stage, say=["Said ", "wait:off", "late."])
        await thread.wait_for("Said late.")
        assert methods(empty_stage, thread, since) == ["chat.postMessage"]


async def test_the_stream_ends_before_the_card_and_a_new_one_begins_after_it(either: Stage) -> None:
    since = either.ws.log.cursor
    thread = await asks(
        either,
        say=["Before the card ", "wait:card", "come words."],
        call="gated",
        then=["After it ", "wait:after", "come others."],
    )
    said = await streams(thread, "Before")
    either.release("card")
    card = await approval_card(thread)
    assert not said.streaming
    assert "Before the card come words." in said.text
    assert float(said.ts) < float(card.ts)

    await card.approve(by=either.ws.bob)
    plan = await streams(thread)
    assert steps(plans(thread)[0]) == [("Gated", "in_progress")]
    either.release("gated")
    later = await streams(thread, "After it")
    either.release("after")
    await thread.wait_for("After it come others.")

    assert [float(card.ts) < float(message.ts) for message in (plan, later)] == [True, True]
    assert steps(plans(thread)[0]) == [("Gated", "complete")]
    assert methods(either, thread, since).count("chat.startStream") == 3
    assert len(thread.from_bot()) == 4, thread.transcript()


async def test_without_stream_methods_a_message_is_updated(placed: Stage) -> None:
    placed.ws.faults.on_call("chat.startStream", ApiFault.ERROR, times=100, error="unknown_method")
    async with placed.bot():
        since = placed.ws.log.cursor
        thread = await asks(placed, say=["Half ", "of it, ", "wait:half", "and the other."])
        first = await thread.wait_for(lambda m: "Half of it," in written(m))
        assert "Written by the agent." in str(first.blocks)
        placed.release("half")
        last = await thread.wait_for("Half of it, and the other.")
        assert last.ts == first.ts
        assert methods(placed, thread, since) == ["chat.postMessage", "chat.update"]

        again = placed.ws.log.cursor
        await (await asks(placed, say=["Next ", "wait:half", "one."])).wait_for("Next one.")
        assert not placed.ws.log.calls("chat.startStream", since=again)
    placed.ws.faults.clear()


async def test_a_stream_that_slack_limits_or_ends_leaves_the_message_as_it_is_posted(
    placed: Stage,
) -> None:
    faults = placed.ws.faults
    async with placed.bot():
        faults.on_call("chat.appendStream", ApiFault.ERROR, error="message_not_in_streaming_state")
        thread = await asks(placed, say=["One ", "two ", "wait:ended", "three ", "wait:ended2", "four."])
        await streams(thread, "two")
        placed.release("ended")
        await thread.wait_until(lambda: not faults.api or None, what="the refused call")
        await placed.reached("ended2")
        placed.release("ended2")
        await thread.wait_for("One two three four.")
        assert len(thread.from_bot()) == 1

        faults.on_call("chat.startStream", ApiFault.RATE_LIMITED, times=1, seconds=30)
        limited = await asks(placed, say=["Too ", "many ", "wait:many", "streams."])
        await placed.reached("many")
        await limited.wait_until(lambda: not faults.api or None, what="the refused call")
        placed.release("many")
        await limited.wait_for("Too many streams.")
        assert len(limited.from_bot()) == 1
    faults.clear()


async def test_an_answer_with_a_link_is_posted_so_that_nothing_fetches_it(either: Stage) -> None:
    since = either.ws.log.cursor
    thread = await asks(
        either, say=["See the page ", "https://evil.example/?q=secret ", "wait:link", "for more."]
    )
    first = await streams(thread, "See the page")
    assert "evil" not in str(first.blocks)
    either.release("link")
    last = await thread.wait_for("for more.")

    assert last.ts != first.ts
    assert [m.ts for m in thread.from_bot()] == [last.ts]
    sent = [c for c in either.ws.log.calls(since=since) if "evil.example" in str(c.arguments)]
    assert [(c.method, c.arguments["unfurl_links"]) for c in sent] == [("chat.postMessage", False)]


async def test_no_decision_can_be_imitated_while_it_is_written(either: Stage) -> None:
    since = either.ws.log.cursor
    thread = await asks(either, say=["Well. \n", "✅ Approved ", "by bob \n", "wait:fake", "and so on."])
    await either.reached("fake")
    await streams(thread, "Well.")
    either.release("fake")
    await thread.wait_for("and so on.")
    chunks = [
        str(c.arguments.get("chunks")) for c in either.ws.log.calls(since=since) if "Stream" in c.method
    ]
    assert any("> ✅ Approved by bob" in chunk for chunk in chunks)
    assert not any("\\n✅ Approved" in chunk for chunk in chunks)


async def test_killed_while_it_streams_the_message_is_there_once(empty_stage: Stage) -> None:
    async with empty_stage.bot() as bot:
        thread = await asks(empty_stage, say=["Words that ", "wait:killed", "go on."])
        half = await streams(thread, "Words that")
        await bot.kill()
        await bot.again()
        await empty_stage.ws.connected()
        await thread.wait_until(lambda: not half.streaming or None, limit=30, what="the stream to end")
        empty_stage.release("killed")
        last = await thread.wait_for("Words that go on.", limit=30)
        await thread.wait_until(lambda: len(thread.from_bot()) == 1 or None, what="the old half to go")
        assert not last.streaming
        assert empty_stage.rows("SELECT key FROM countersign.message_streams") == []


async def test_a_stream_whose_beginning_slack_never_confirmed_is_found(empty_stage: Stage) -> None:
    async with empty_stage.bot():
        empty_stage.ws.faults.on_call("chat.startStream", ApiFault.DROP_AFTER)
        thread = await asks(empty_stage, say=["Lost ", "and ", "wait:lost", "found."])
        first = await streams(thread, "Lost")
        empty_stage.release("lost")
        last = await thread.wait_for("Lost and found.")
        assert [m.ts for m in thread.from_bot()] == [first.ts] == [last.ts]
        assert not last.streaming


@pytest.mark.timeout(200)
async def test_sixty_answers_that_are_written_at_once_stay_within_slacks_rates(empty_stage: Stage) -> None:
    ws, count = empty_stage.ws, 60
    people = [ws.alice, ws.bob, ws.carol]
    places = [ws.slack.state.channels[ws.add_channel(f"many-{n}", people, private=True)] for n in range(6)]
    for place in places:
        place.members[ws.slack.app.bot_user] = None
    async with empty_stage.bot():
        ws.faults.rate_limits, since = True, ws.log.cursor
        threads = [
            await ws.carol.mentions(
                f"streams: {json.dumps({'say': [f'Answer {n} ', f'wait:busy-{n}', 'is whole.']})}",
                channel=places[n % 6].id,
            )
            for n in range(count)
        ]
        try:
            # Each goes on once it is shown while it is written, or once no more streams may begin.
            streamed = await _release_as_they_stream(empty_stage, threads)
        finally:
            ws.faults.rate_limits = False

    calls = ws.log.calls(since=since)
    done = Counter((call.method, call.status) for call in calls)
    assert streamed == done["chat.startStream", 200] == done["chat.stopStream", 200] == MAX_STARTS, done
    live = ("chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update")
    assert [done[method, 429] for method in live] == [0, 0, 0, 0], done
    waiting_notes = done["chat.delete", 200]  # who has to wait for a slot is told, until it is their turn
    assert done["chat.postMessage", 200] == count - MAX_STARTS + waiting_notes, done
    assert done["chat.postMessage", 429] <= count, (
        "each is refused once at most, and then has a turn of its own"
    )
    assert sum(done.values()) <= count * 3, f"calls per run: {done}"
    for n, thread in enumerate(threads):
        assert [m.text for m in thread.from_bot() if not m.streaming] == [f"Answer {n} is whole."]


async def _release_as_they_stream(stage: Stage, threads: list[Thread]) -> int:
    """Let each agent write on; returns how many of the answers were shown before they were whole."""
    streamed = 0

    async def one(n: int, thread: Thread) -> None:
        nonlocal streamed
        name = f"busy-{n}"
        await until((stage.notes / f"{name}.reached").exists, lambda: f"the graph to wait for {name}", 120)

        def goes_on() -> bool:
            return any(m.streaming for m in thread.from_bot()) or streamed == MAX_STARTS

        await until(goes_on, lambda: f"{name} to be shown while it is written", 60)
        streamed += any(m.streaming for m in thread.from_bot())
        stage.release(name)
        await thread.wait_for(f"Answer {n} is whole.", limit=120)

    await asyncio.gather(*(one(n, thread) for n, thread in enumerate(threads)))
    return streamed
