"""Nobody stops the others: one member's flood of slow threads, over both transports."""

import json
import re

import pytest

from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from tests.support.processes.bots import until
from tests.support.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = {"question": "Pay?", "amount": 12}
SLOTS = "SELECT count(*) FILTER (WHERE started_at IS NOT NULL), count(*) FROM countersign.run_slots"
WAITING = re.compile(r"Waiting: (?:you're next|(\d+) before you)\.")


async def flood(stage: Stage, count: int, name: str) -> list[Thread]:
    """So many threads of Alice's, each of which goes on once the file is there."""
    return [await stage.ws.alice.mentions(f'ask: {{"wait_for": "{name}"}}') for _ in range(count)]


async def slots_are(stage: Stage, running: int, all_of_them: int) -> None:
    await until(
        lambda: stage.rows(SLOTS) == [(running, all_of_them)],
        lambda: f"{running} of {all_of_them} slots to be taken: {stage.rows(SLOTS)}",
        30,
    )


def told_to_wait(thread: Thread) -> re.Match[str] | None:
    notes = (WAITING.search(message.text) for message in thread.from_bot())
    return next((note for note in notes if note), None)


async def test_forty_slow_threads_of_one_member_delay_nobody_else(either: Stage) -> None:
    earlier = await either.card(ASKED)
    threads = await flood(either, 40, f"flood-{either.ws.mode}")
    await slots_are(either, 8, 40)

    asked = await either.ws.bob.mentions(f"ask: {json.dumps({'ask': ASKED})}")
    card = await approval_card(asked)
    await card.approve(by=either.ws.bob)
    assert await either.resumed(asked) is True
    await either.ws.bob.replies(earlier.thread, "approve")
    assert await either.resumed(earlier.thread) is True
    await slots_are(either, 8, 40)  # all of the flood is still there

    either.release(f"flood-{either.ws.mode}")
    for thread in threads:
        await thread.wait_for("Resumed.", limit=30)
    await slots_are(either, 0, 0)


async def test_whoever_waits_is_notified_once_behind_how_many_and_the_note_goes(either: Stage) -> None:
    name = f"line-{either.ws.mode}"
    threads = await flood(either, 14, name)
    await slots_are(either, 8, 14)
    waiting = await until(
        lambda: found if len(found := [t for t in threads if told_to_wait(t)]) == 6 else None,
        lambda: "six notes",
        20,
    )
    before = sorted(int(note[1] or 0) for note in map(told_to_wait, waiting) if note)
    assert before == list(range(6))

    await either.ws.alice.replies(waiting[-1], "Hello?")
    either.release(name)
    for thread in threads:
        await thread.wait_for("Resumed.", limit=30)
    await waiting[-1].wait_for("Heard: Hello?", limit=30)
    for thread in waiting:
        await thread.wait_until(lambda thread=thread: not told_to_wait(thread), what="the note to go")  # type: ignore[misc]
    removed = [call for call in either.ws.log.calls("chat.delete") if call.ok]
    assert len({call.arguments["ts"] for call in removed}) >= 6
    await slots_are(either, 0, 0)


async def test_a_flood_of_decisions_leaves_room_and_each_of_them_comes(either: Stage) -> None:
    name = f"resumed-{either.ws.mode}"
    wish = json.dumps({"ask": ASKED, "wait_after": name})
    threads = [await either.ws.alice.mentions(f"ask: {wish}") for _ in range(24)]
    cards = [await approval_card(thread, limit=20) for thread in threads]
    for card in cards:
        await card.approve(by=either.ws.alice)
    await slots_are(either, 10, 24)

    asked = await either.ws.bob.mentions(f"ask: {json.dumps({'ask': ASKED})}")
    card = await approval_card(asked)
    await card.approve(by=either.ws.bob)
    assert await either.resumed(asked) is True
    await slots_are(either, 10, 24)

    either.release(name)
    for thread in threads:
        assert await either.resumed(thread) is True
    await slots_are(either, 0, 0)


async def test_a_decision_does_not_wait_for_the_same_persons_starts(either: Stage) -> None:
    name = f"own-{either.ws.mode}"
    asked = await either.ws.alice.mentions(f"ask: {json.dumps({'ask': ASKED})}")
    card = await approval_card(asked)
    threads = await flood(either, 10, name)
    await slots_are(either, 8, 10)

    await card.approve(by=either.ws.bob)
    assert await either.resumed(asked) is True
    await slots_are(either, 8, 10)

    either.release(name)
    for thread in threads:
        await thread.wait_for("Resumed.", limit=30)
