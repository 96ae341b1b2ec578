"""Cards of several rows: each is decided by itself, or those that are shown together."""

import asyncio
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.rule import ReasonRequired, Rule
from countersign.testing.cards import ApprovalCard
from tests.slack.conftest import Bot
from tests.slack.stored_approval import stored

BATCH: Json = {
    "action_requests": [{"name": "first", "args": {"n": 1}}, {"name": "second", "args": {"n": 2}}],
    "review_configs": [],
}


async def test_rows_are_decided_apart_and_the_rest_at_once(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)

    await card.click("approval:reject", bot.ws.bob, row_block(card, 1))
    view = await bot.ws.slack.changes.wait_for(
        ("screen", bot.ws.bob.id), lambda: bot.ws.bob.modal, limit=5, what="the form"
    )
    await bot.ws.bob.submits(view, {"/message": "too much"})
    await card.thread.wait_until(lambda: ("*2.*" in card.text and ":no_entry:" in card.text) or None)
    assert (await stored(bot, approval)).status is Status.PENDING

    await card.approve(by=bot.ws.alice, block_id=row_block(card, 0))
    await card.closes()
    assert (await stored(bot, approval)).answer == {
        "decisions": [{"type": "approve"}, {"type": "reject", "message": "too much"}]
    }


def row_block(card: Any, row: int) -> str:
    return next(
        str(b["block_id"]) for b in card.message.blocks if str(b["block_id"]).startswith(f"row:{row}:")
    )


async def test_approve_rest_approves_what_is_open(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    await card.click("approval:approve_rest", bot.ws.bob)
    await card.closes()
    assert (await stored(bot, approval)).answer == {"decisions": [{"type": "approve"}, {"type": "approve"}]}


async def test_approving_the_rest_of_a_card_that_is_closed_changes_nothing(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    late = bot.ws.alice.click_payload(card.message, "approval:approve_rest")
    await card.click("approval:approve_rest", bot.ws.bob)
    await card.closes()
    decided = await stored(bot, approval)

    await bot.ws.alice.clicks_raw(late)

    await bot.ws.alice.sees_ephemeral("approved by bob already")
    after = await stored(bot, approval)
    assert (after.version, after.status, after.votes) == (decided.version, decided.status, decided.votes)


async def test_approving_the_rest_goes_on_after_somebody_decided_a_row(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    late = bot.ws.alice.click_payload(card.message, "approval:approve_rest")
    await card.approve(by=bot.ws.bob, block_id=row_block(card, 0))

    await bot.ws.alice.clicks_raw(late)

    assert [vote.by.name for vote in (await stored(bot, approval)).votes if vote] == ["bob", "alice"]


@pytest.mark.parametrize("rows", ["0,1,2,3,4,5,6,7,8,9,10", "39", "40", "9999"])
async def test_approving_rows_that_the_card_does_not_show_is_refused(bot: Bot, rows: str) -> None:
    actions: Json = [{"name": f"t{n}", "args": {"n": n}} for n in range(40)]
    card = await bot.asks({"action_requests": actions})
    approval = await bot.approval(card)
    payload = bot.ws.bob.click_payload(card.message, "approval:approve_rest")
    payload["actions"][0]["value"] = f"{approval.id}.{rows}.{approval.digest}"

    await bot.ws.bob.clicks_raw(payload)

    await bot.ws.bob.sees_ephemeral(lambda _: bool(bot.ws.bob.ephemerals))
    assert (await stored(bot, approval)).version == 1


async def test_reject_rest_rejects_what_is_open_at_once(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    assert {"Approve all 2", "Reject all 2"} <= set(card.labels)
    await card.approve(by=bot.ws.bob, block_id=row_block(card, 0))
    await card.thread.wait_until(lambda: "Reject all 2" not in card.labels or None)
    assert "approval:reject_rest" not in card.actions, "one row has a button of its own"

    again = await bot.asks({"action_requests": [{"name": "t", "args": {"n": n}} for n in range(40)]})
    approval = await bot.approval(again)
    late = bot.ws.alice.click_payload(again.message, "approval:reject_rest")
    await again.click("approval:reject_rest", bot.ws.bob)
    await again.closes()
    rejected = await stored(bot, approval)
    assert rejected.answer == {"decisions": [{"type": "reject"}] * 40}, "those that are not shown, too"

    await bot.ws.alice.clicks_raw(late)
    await bot.ws.alice.sees_ephemeral("rejected by bob already")


async def test_where_a_rejection_needs_a_reason_rows_are_rejected_one_by_one(bot: Bot) -> None:
    rules = (Rule(name="free"), Rule(name="reasons", reason=ReasonRequired.REJECT))
    free = await bot.asks(BATCH, rules=(Rule(name="free"),) * 2)
    card = await bot.asks(BATCH, rules=rules)
    approval = await bot.approval(card)
    assert "approval:reject_rest" in free.actions
    assert "approval:reject_rest" not in card.actions
    payload = bot.ws.bob.click_payload(free.message, "approval:reject_rest")
    message = bot.ws.bob.click_payload(card.message, "approval:approve_rest")
    message["actions"][0] |= {"action_id": "approval:reject_rest"}
    assert payload["actions"][0]["action_id"] == message["actions"][0]["action_id"]

    await bot.ws.bob.clicks_raw(message)

    await bot.ws.bob.sees_ephemeral("This card changed")
    assert (await stored(bot, approval)).version == 1


async def test_a_long_batch_is_approved_as_far_as_it_is_shown(bot: Bot) -> None:
    actions: Json = [{"name": f"t{n}", "args": {"n": n}} for n in range(23)]
    card = await bot.asks({"action_requests": actions})
    approval = await bot.approval(card)
    decided = 0
    while (await stored(bot, approval)).status is Status.PENDING:
        shown = {b["block_id"].split(":")[1] for b in card.message.blocks if b["block_id"].startswith("row:")}
        version = f"rest:{(await stored(bot, approval)).version}"
        await card.click("approval:approve_rest", bot.ws.bob)
        decided += len(shown)
        assert len([vote for vote in (await stored(bot, approval)).votes if vote]) == decided
        await rerendered(card, version)
    assert decided == 23


async def rerendered(card: ApprovalCard, block_id: str) -> None:
    """Wait until the card no longer has this block."""
    await card.thread.wait_until(lambda: block_id not in str(card.message.blocks) or None)


async def test_two_people_on_two_rows_in_the_same_moment_both_count(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    approval = await bot.approval(card)
    clicks = [
        bot.ws.alice.click_payload(card.message, "approval:approve", row_block(card, 0)),
        bot.ws.bob.click_payload(card.message, "approval:approve", row_block(card, 1)),
    ]
    await asyncio.gather(bot.ws.alice.clicks_raw(clicks[0]), bot.ws.bob.clicks_raw(clicks[1]))
    decided = await stored(bot, approval)
    assert decided.status is Status.DECIDED
    assert [vote.by.name for vote in decided.votes if vote] == ["alice", "bob"]
