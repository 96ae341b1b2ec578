"""What people and Slack do that nobody planned for: it costs no decision, and takes none."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from countersign.testing.cards import approval_card
from slack_local.model.records import Channel, Message
from slack_local.operations import messages
from slack_local.people.threads import Thread
from tests.support.place import Place
from tests.support.processes.bots import BotProcess, until
from tests.support.stage import Stage, open_stage

RISKY = {"question": "Wipe it?", "disk": "sda"}
ARABIC, HEBREW = "من فضلك احذف القرص", "מחק את הדיסק (sda) עכשיו"
REFUSED = ("not_in_channel", "channel_not_found", "is_archived", "invalid_auth", "thread_not_found")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rough(place: Place) -> AsyncIterator[tuple[Stage, BotProcess]]:
    """A bot whose Slack refuses things now and then, over either transport."""
    async with (
        open_stage(place.folder, place.url, mode=place.mode, refused=REFUSED) as stage,
        stage.bot() as bot,
    ):
        yield stage, bot


def private_channel(stage: Stage, name: str) -> Channel:
    people = [stage.ws.alice, stage.ws.bob, stage.ws.carol]
    place = stage.ws.slack.state.channels[stage.ws.add_channel(name, people, private=True)]
    place.members[stage.ws.slack.app.bot_user] = None
    return place


def pending(stage: Stage, thread: Thread) -> int:
    ((count,),) = stage.rows(
        "SELECT count(*) FROM countersign.approvals WHERE thread_id = %s AND status = 'pending'", thread.id
    )
    return int(count)


def try_again(stage: Stage) -> None:
    """Let what Slack refused for now be posted at once."""
    stage.rows("UPDATE countersign.outbox SET due_at = now() - interval '1 minute' WHERE posted_at IS NULL")


async def test_a_bot_that_is_removed_from_the_channel_lets_nobody_decide_until_it_is_back(
    rough: tuple[Stage, BotProcess],
) -> None:
    stage, bot = rough
    place = private_channel(stage, "secret-plans")
    thread = await stage.ws.carol.mentions(f"ask: {json.dumps({'ask': RISKY})}", channel=place.id)
    card = await approval_card(thread)
    messages.leave(stage.ws.slack, stage.ws.delivery, place, stage.ws.slack.app.bot_user)
    await stage.ws.delivery.idle()

    await card.click("approval:approve", stage.ws.bob)

    assert pending(stage, thread) == 1
    await until(lambda: bot.events("slack_call_failed"), lambda: "the refusal in the log")
    await stage.ws.alice.invites(stage.ws.slack.app.bot_user, place.id)
    await card.approve(by=stage.ws.bob)
    assert await stage.resumed(thread) is True


async def test_an_app_that_is_removed_decides_nothing_and_is_not_ready(
    rough: tuple[Stage, BotProcess],
) -> None:
    stage, bot = rough
    thread = await stage.asks({"ask": RISKY})
    card = await approval_card(thread)
    token, stage.ws.slack.bot_token = stage.ws.slack.bot_token, "xoxb-another-installation"
    try:
        await card.click("approval:approve", stage.ws.bob)
        assert pending(stage, thread) == 1
        if stage.ws.mode == "http":
            assert "slack" in await bot.answers("/readyz", 503)
    finally:
        stage.ws.slack.bot_token = token

    await card.approve(by=stage.ws.bob)
    assert await stage.resumed(thread) is True


async def test_a_card_for_an_archived_channel_waits_for_it(rough: tuple[Stage, BotProcess]) -> None:
    stage, bot = rough
    place = private_channel(stage, "old-plans")
    thread = await stage.ws.carol.mentions(
        f"ask: {json.dumps({'wait_for': 'archived', 'ask': RISKY})}", channel=place.id
    )
    await stage.reached("archived")
    place.is_archived = True
    stage.release("archived")
    await until(lambda: bot.events("post_refused"), lambda: "the refusal in the log")
    assert pending(stage, thread) == 1
    assert "countersign_unposted_messages 0.0" not in (await bot.get("/metrics"))[1]

    place.is_archived = False
    try_again(stage)

    card = await approval_card(thread)
    await card.reject(by=stage.ws.bob)
    assert await stage.resumed(thread) is False


async def test_a_message_of_forty_thousand_characters_is_read_whole(rough: tuple[Stage, BotProcess]) -> None:
    stage, _ = rough
    text = "ask: " + "한글 & <b> words " * 2_600
    thread = await stage.ws.carol.mentions(text[:39_900])
    await thread.wait_for("Heard:", limit=20)
    (line,) = stage.noted(thread)
    assert line["heard"] == text[:39_900].removeprefix("ask: ").strip()

    waiting = await stage.asks({"ask": RISKY})
    card = await approval_card(waiting)
    await stage.ws.bob.replies(waiting, f"no, {text}"[:39_900])
    await stage.ws.bob.sees_ephemeral(lambda seen: seen.thread_ts == waiting.ts)
    assert card.is_open
    question = await stage.asks({"ask": "Which words?"})
    await approval_card(question)
    await stage.ws.bob.replies(question, text[:39_900])
    assert await stage.resumed(question) == text[:39_900].strip()


@pytest.mark.parametrize("emoji", [":+1:", "👍🏽", ":thumbsdown:", "😀😀😀"])
async def test_an_emoji_alone_decides_nothing_and_answers_a_question(
    rough: tuple[Stage, BotProcess], emoji: str
) -> None:
    stage, _ = rough
    thread = await stage.asks({"ask": RISKY})
    card = await approval_card(thread)
    await stage.ws.bob.replies(thread, emoji)
    await thread.wait_for("This thread waits for a decision")
    assert card.is_open

    heard = await stage.ws.carol.mentions(f"ask: {emoji}")
    await heard.wait_for("Heard:")
    assert [line["heard"] for line in stage.noted(heard)] == [emoji]


@pytest.mark.parametrize("text", [ARABIC, HEBREW])
async def test_text_from_right_to_left_is_read_and_shown(rough: tuple[Stage, BotProcess], text: str) -> None:
    stage, _ = rough
    heard = await stage.ws.carol.mentions(f"ask: {text}")
    await heard.wait_for(f"Heard: {text}")

    card = await stage.card({"question": f"{text}?", "about": text})
    assert text in card.text
    await stage.ws.bob.replies(card.thread, f"reject {text}")
    await card.closes()
    assert text in card.text


@pytest.mark.parametrize("words", ["stop", "reset", "approve"])
async def test_other_apps_and_workflows_control_nothing(rough: tuple[Stage, BotProcess], words: str) -> None:
    stage, _ = rough
    thread = await stage.asks({"ask": RISKY})
    card = await approval_card(thread)
    slack = stage.ws.slack
    said = Message(
        channel=thread.channel,
        ts=slack.clock.ts(),
        user=stage.ws.carol.id,
        team=slack.team,
        text=f"<@{slack.app.bot_user}> {words}",
        thread_ts=thread.ts,
        by_bot=True,
    )
    messages.post(slack, stage.ws.delivery, said)
    await stage.ws.delivery.idle()

    await card.reject(by=stage.ws.bob)

    assert await stage.resumed(thread) is False
    assert [event for event, _ in stage.ledger(thread)] == ["opened", "decided", "resumed"]


async def test_what_is_deleted_or_edited_in_the_queue_is_read_so(rough: tuple[Stage, BotProcess]) -> None:
    stage, _ = rough
    thread = await stage.asks({"wait_for": "revised"})
    await stage.reached("revised")
    for text in ("delete me", "edit me"):
        await stage.ws.carol.replies(thread, text)
    await stage.ws.delivery.idle()
    deleted, edited = thread.messages()[1:]
    await stage.ws.carol.deletes(deleted)
    await stage.ws.carol.edits(edited, "edited")
    await stage.ws.delivery.idle()
    stage.release("revised")

    await thread.wait_for("Heard: edited")

    assert [line["heard"] for line in stage.noted(thread)] == [None, "edited"]


@pytest.mark.timeout(200)
async def test_sixty_busy_threads_stay_within_slacks_rates(rough: tuple[Stage, BotProcess]) -> None:
    stage, _ = rough
    places = [private_channel(stage, f"busy-{n}").id for n in range(6)]
    before = len(stage.ws.log.calls())
    stage.ws.faults.rate_limits = True
    try:
        threads = await asyncio.gather(
            *(stage.ws.carol.mentions(f"ask: number {n}", channel=places[n % 6]) for n in range(60))
        )
        await asyncio.gather(
            *(thread.wait_for(f"Heard: number {n}", limit=150) for n, thread in enumerate(threads))
        )
    finally:
        stage.ws.faults.rate_limits = False

    calls = stage.ws.log.calls()[before:]
    done = Counter((call.method, call.status) for call in calls)
    assert done["chat.postMessage", 200] == 60, done
    assert done["chat.postMessage", 429] <= 60, "each is refused once at most, and then has a turn of its own"
    assert sum(done.values()) <= 60 * 3, f"calls per run: {done}"
    assert max(call.at for call in calls) - min(call.at for call in calls) < 60
    assert [len([m for m in thread.from_bot() if "Heard" in m.text]) for thread in threads] == [1] * 60
