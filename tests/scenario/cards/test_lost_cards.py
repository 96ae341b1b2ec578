"""Cards out of reach: deleted by a moderator, or in a channel whose id changed."""

import json
from pathlib import Path

from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from tests.support.in_process import bot_in_process
from tests.support.processes.bots import until
from tests.support.stage import Stage, open_stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


async def test_a_deleted_card_is_posted_again_and_decides(stage: Stage) -> None:
    card = await stage.card(RISKY)
    deleted = card.message.ts

    await stage.ws.alice.moderates(card.message)

    again = await approval_card(card.thread)
    assert again.message.ts != deleted
    assert "Wipe" in again.text
    assert [event for event, _ in stage.ledger(card.thread)] == ["opened", "card_deleted"]
    await stage.ws.bob.replies(card.thread, "approve")
    assert await stage.resumed(card.thread) == {"type": "approve"}


async def test_a_card_that_is_deleted_at_once_is_posted_again_too(stage: Stage) -> None:
    thread = await stage.asks({"ask": RISKY})
    await stage.ws.alice.moderates((await approval_card(thread)).message)

    again = await approval_card(thread)

    await again.approve(by=stage.ws.bob)
    assert await stage.resumed(thread) == {"type": "approve"}


async def test_a_card_deleted_twice_comes_back_when_somebody_asks(stage: Stage) -> None:
    card = await stage.card(RISKY)
    await stage.ws.alice.moderates(card.message)
    second = await approval_card(card.thread)

    await stage.ws.alice.moderates(second.message)

    await card.thread.wait_for("deleted again")
    assert card.thread.cards() == []
    await stage.ws.bob.replies(card.thread, "approve")
    third = await approval_card(card.thread)
    assert stage.noted(card.thread) == []
    await third.approve(by=stage.ws.bob)
    assert await stage.resumed(card.thread) == {"type": "approve"}
    events = [event for event, _ in stage.ledger(card.thread)]
    assert events == ["opened", "card_deleted", "card_deleted", "decided", "resumed"]


async def test_a_card_whose_deletion_was_not_reported_is_posted_again_at_its_next_update(
    tmp_path: Path, database_url: str
) -> None:
    actions = [{"name": "wipe", "args": {"disk": disk}} for disk in ("sda", "sdb")]
    allowed = {"action_name": "wipe", "allowed_decisions": ["approve", "reject"]}
    async with (
        open_stage(tmp_path / "stage", database_url, refused={"message_not_found"}) as stage,
        bot_in_process(stage.environment()),
    ):
        await stage.ws.connected()
        card = await stage.card({"action_requests": actions, "review_configs": [allowed]})
        rows = [block["block_id"] for block in card.message.blocks if block["type"] == "actions"]
        click = stage.ws.bob.click_payload(card.message, "approval:approve", rows[0])
        stage.ws.slack.state.remove_message(card.message)  # and no event comes

        await stage.ws.bob.clicks_raw(click)

        again = await approval_card(card.thread)
        assert again.message.ts != card.message.ts
        await again.approve(by=stage.ws.bob)
        assert await stage.resumed(card.thread) == {"decisions": [{"type": "approve"}] * 2}


async def test_a_channel_whose_id_changed_keeps_its_threads(stage: Stage) -> None:
    ws = stage.ws
    old = ws.add_channel("board", [ws.alice, ws.bob, ws.carol], private=True)
    before = await ws.carol.mentions('ask: {"ask": "Which house is sold?"}', channel=old)
    waiting = await approval_card(before)
    risky = await ws.carol.mentions(f"ask: {json.dumps({'ask': RISKY})}", channel=old)
    await approval_card(risky)

    new = ws.change_channel_id("#board")

    changed = (
        "SELECT new_id FROM countersign.channel_ids WHERE old_id = %s"  # acknowledged before it is handled
    )
    await until(lambda: stage.rows(changed, old) == [(new,)], lambda: "the new id")
    thread, other = Thread(ws.slack, new, before.ts), Thread(ws.slack, new, risky.ts)
    assert old not in (await ws.bob.runs("/approvals")).text
    await (await approval_card(thread)).answer(by=ws.bob, value="the old one")
    await thread.wait_for("Resumed.")
    assert [line["answers"] for line in stage.noted(before)] == [["the old one"]]
    await thread.wait_until(lambda: not thread.cards(), what="the card to close under its new id")
    await ws.bob.replies(other, "approve")
    await other.wait_for("Resumed.")
    await ws.carol.replies(thread, "and then?")
    await thread.wait_for("Heard: and then?")
    configurable = stage.noted(before)[-1]["configurable"]
    assert configurable["thread_id"] == f"{ws.slack.team}/{old}/{before.ts}"
    assert configurable["slack_channel_id"] == new
    fresh = await ws.carol.mentions("ask: anew", channel=new)
    await fresh.wait_for("Heard: anew")
    assert stage.noted(fresh)[-1]["configurable"]["thread_id"] == f"{ws.slack.team}/{new}/{fresh.ts}"
    assert waiting.message.channel == new
