"""A card shows its approval as it is, whatever was posted twice, lost, or overtaken on the way."""

import asyncio
from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.review import Review
from countersign.slack.client import SlackClient
from countersign.testing.cards import ApprovalCard
from slack_local.fault_injection import ApiFault
from tests.slack.conftest import Bot
from tests.slack.stored_approval import stored

BATCH: Json = {"action_requests": [{"name": "first", "args": {"n": 1}}, {"name": "second", "args": {"n": 2}}]}
TOOL: Json = {"type": "tool_approval", "name": "transfer", "args": {"to": "bob", "amount": 12}}


async def card_of_unknown_fate(bot: Bot, value: Json) -> tuple[ApprovalCard, Approval]:
    """A card whose post nobody recorded: Slack took it, and its answer was lost."""
    bot.ws.faults.on_call("chat.postMessage", ApiFault.DROP_AFTER)
    card = await bot.asks(value)
    (waiting,) = await bot.store.waiting(bot.context.workspace.team, None, 100)
    assert waiting.approval.card_ts is None
    return card, waiting.approval


async def decide(bot: Bot, approval: Approval, row: int) -> Review:
    """Bob approves a row, and no card is updated for it."""
    request = DecisionRequest(
        approval_id=approval.id,
        digest=approval.digest,
        channel=Review(approval).thread.channel,
        decisions={row: Decision(kind=DecisionKind.APPROVE)},
        via="button",
    )
    return await bot.context.decide(request, await bot.context.client.person(bot.ws.bob.id))


async def run_sql(bot: Bot, statement: str) -> None:
    async with bot.store._pool.connection() as connection:
        await connection.execute(statement)


async def test_a_card_that_a_second_attempt_finds_is_brought_up_to_date(bot: Bot) -> None:
    card, approval = await card_of_unknown_fate(bot, BATCH)
    await decide(bot, approval, 0)

    await run_sql(bot, "UPDATE countersign.outbox SET due_at = now()")
    await bot.delivery.deliver_thread(card.thread.channel, card.thread.ts)
    assert len(card.thread.from_bot()) == 1
    await run_sql(bot, "UPDATE countersign.approvals SET changed_at = now() - interval '1 minute'")

    assert await bot.delivery.update_stale_cards() == 1
    assert "*1.* *First* :white_check_mark: *Approved*" in card.text


async def test_an_update_that_another_process_overtook_is_sent_again(bot: Bot) -> None:
    card = await bot.asks(BATCH)
    before = await bot.approval(card)
    other = MessageDelivery(bot.store, bot.outbox, SlackClient(bot.context.api, bot.context.workspace))
    bot.ws.faults.on_call("chat.update", ApiFault.DELAY, seconds=0.5)

    slow = asyncio.create_task(bot.delivery.update_card(before.id, Review(before)))
    async with asyncio.timeout(5):
        while bot.ws.faults.api:  # until the slow update is on its way  # noqa: ASYNC110
            await asyncio.sleep(0)
    after = await decide(bot, before, 0)
    await other.update_card(before.id, after)
    await slow

    assert "*1.* *First* :white_check_mark: *Approved*" in card.text


async def test_a_click_on_a_card_that_nobody_recorded_counts(bot: Bot) -> None:
    card, approval = await card_of_unknown_fate(bot, TOOL)
    await card.approve(by=bot.ws.bob)
    await card.closes()
    found = await stored(bot, approval)
    assert found.card_ts == card.ts


async def test_a_forged_value_on_another_message_makes_that_message_no_card(bot: Bot) -> None:
    card, approval = await card_of_unknown_fate(bot, TOOL)
    payload = bot.ws.bob.click_payload(card.message, "approval:approve")
    payload["container"]["message_ts"] = payload["message"]["ts"] = card.thread.ts
    payload["message"]["blocks"] = []

    await bot.ws.bob.clicks_raw(payload)

    await bot.ws.bob.sees_ephemeral("outdated")
    found = await stored(bot, approval)
    assert found.card_ts is None
    assert found.version == 1


async def test_where_a_card_is_is_recorded_once_and_never_overwritten(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    approval = await bot.approval(card)

    await bot.outbox.card_seen(approval.id, "1.000001")

    found = await stored(bot, approval)
    assert found.card_ts == card.ts


async def test_updates_of_one_card_never_go_back_within_a_process(bot: Bot) -> None:
    card = await bot.asks(TOOL)
    older = await bot.approval(card)
    newer = replace(older, version=older.version + 1, status_reason="Once more, please.")
    bot.ws.faults.on_call("chat.update", ApiFault.DELAY, seconds=0.3)

    await asyncio.gather(
        bot.context.client.update_card(Review(newer)), bot.context.client.update_card(Review(older))
    )

    assert "Once more" in card.text
