"""Breaking the glass: loud on the card, told to the approvers, listed until one of them has reviewed it."""

from datetime import UTC, datetime, timedelta

import pytest

from countersign.approvals.errors import MayNotDecide
from countersign.approvals.lifecycle import Status
from countersign.approvals.votes.break_glass import NoSuchReview
from countersign.flow.decisions.break_glass_reviews import BreakGlassReviews
from countersign.flow.policy.audience import Audience
from countersign.store.approvals.break_glass import BreakGlassStore
from countersign.store.diagnostics import Diagnostics
from countersign.store.gauges import GaugeReader
from countersign.testing.cards import ApprovalCard
from slack_local.model.records import Message
from slack_local.people.person import Person
from tests.approvals.policy.policies import a_rule
from tests.slack.conftest import Bot
from tests.slack.decisions.refund_cards import REFUND

ALONE = a_rule(
    'approvers = [{group = "@board", count = 2}]\nbreak_glass = [{group = "@leads"}]\n'
    "requester_may_decide = false"
)
REVIEW = "break_glass:review"


async def broken(bot: Bot, reason: str = "the shop is down") -> ApprovalCard:
    """The board has one member too few, so alice, who is a lead, decides alone. Carol asked."""
    ws = bot.ws
    ws.add_user_group("board", [ws.bob])
    ws.add_user_group("leads", [ws.alice])
    card = await bot.asks(REFUND, rules=(ALONE,))
    result = await card.submit("approval:approve", ws.alice, {"/message": reason})
    assert result.outcome == "closed"
    await card.closes()
    return card


def told(bot: Bot, person: Person) -> list[Message]:
    return [message for message in person.direct().messages.values() if message.by_bot]


async def listed(person: Person) -> str:
    answer = await person.runs("/approvals review")
    assert answer.error is None
    return f"{answer.text} {(answer.payload or {}).get('blocks')}"


async def ledger(bot: Bot) -> list[tuple[str, str | None]]:
    async with bot.store._pool.connection() as connection:
        found = await connection.execute("SELECT event, actor_id FROM countersign.ledger ORDER BY id")
        return [(row["event"], row["actor_id"]) for row in await found.fetchall()]


async def test_a_reason_is_required_and_the_card_and_the_thread_are_loud(bot: Bot) -> None:
    ws = bot.ws
    ws.add_user_group("board", [ws.bob])
    ws.add_user_group("leads", [ws.alice])
    card = await bot.asks(REFUND, rules=(ALONE,))
    view = await card.form("approval:approve", ws.alice)
    assert (await ws.alice.submits(view, {"/message": "  "})).outcome == "errors"
    assert (await bot.approval(card)).status is Status.PENDING
    assert (await ws.alice.submits(view, {"/message": "the shop is down"})).outcome == "closed"
    await card.closes()
    assert f"*Break glass* · <@{ws.alice.id}> decided this alone" in card.text
    assert card.text.count("Break glass") == card.text.count("the shop is down") == 1
    await card.thread.wait_for("Break glass: alice decided")


async def test_the_approvers_are_notified_once_and_not_whoever_did_it(bot: Bot) -> None:
    await broken(bot)
    async with bot.store._pool.connection() as connection:
        await connection.execute("UPDATE countersign.outbox SET due_at = due_at - interval '1 hour'")
    await bot.delivery.deliver_due()
    (message,) = told(bot, bot.ws.bob)
    assert "*Break glass:*" in str(message.blocks)
    assert "the shop is down" in str(message.blocks)
    assert "/approvals review" in str(message.blocks)
    assert told(bot, bot.ws.alice) == []
    assert told(bot, bot.ws.carol) == []


async def test_an_approver_reviews_it_with_a_note_and_the_list_is_empty(bot: Bot) -> None:
    ws = bot.ws
    card = await broken(bot)
    for other in (ws.alice, ws.carol):
        assert "Nothing waits for your review." in await listed(other)
    assert f"<@{ws.alice.id}> decided alone: the shop is down" in await listed(ws.bob)

    await ws.bob.clicks(ws.bob.ephemerals[-1], REVIEW)
    view = await ws.bob.modal_opens()
    assert (await ws.bob.submits(view, {"/note": "it was"})).outcome == "closed"

    await card.thread.wait_for("reviewed by bob. it was")
    assert "Nothing waits for your review." in await listed(ws.bob)
    events = [each for each in await ledger(bot) if each[0].startswith("break_glass")]
    assert events == [("break_glass", ws.alice.id), ("break_glass_reviewed", ws.bob.id)]


async def test_who_may_not_review_is_refused_at_the_submission_too(bot: Bot) -> None:
    ws = bot.ws
    await broken(bot)
    board = next(group for group in ws.slack.state.user_groups.values() if group.handle == "board")
    await listed(ws.bob)
    await ws.bob.clicks(ws.bob.ephemerals[-1], REVIEW)
    view = await ws.bob.modal_opens()
    board.members[:] = [ws.alice.id]
    bot.context.client.forget_people()
    assert (await ws.bob.submits(view, {})).outcome != "closed"
    assert "Nothing waits" in await listed(ws.bob)
    assert "Nothing waits" in await listed(ws.alice), "she broke the glass herself"
    (use,) = await BreakGlassStore(bot.store._pool).unreviewed(bot.context.workspace.team, 10)
    with pytest.raises(MayNotDecide):
        await bot.context.break_glass_reviews(use.id, await bot.context.client.person(ws.alice.id), "")


async def test_it_is_reviewed_once(bot: Bot) -> None:
    await broken(bot)
    (use,) = await BreakGlassStore(bot.store._pool).unreviewed(bot.context.workspace.team, 10)
    bob = await bot.context.client.person(bot.ws.bob.id)
    await bot.context.break_glass_reviews(use.id, bob, "")
    with pytest.raises(NoSuchReview):
        await bot.context.break_glass_reviews(use.id, bob, "again")


async def test_the_approvers_are_reminded_each_day_until_it_is_reviewed(bot: Bot) -> None:
    await broken(bot)
    store, team = BreakGlassStore(bot.store._pool), bot.context.workspace.team
    clock = [datetime.now(UTC)]
    reviews = BreakGlassReviews(
        store,
        bot.store,
        bot.context.break_glass_reviews._voting,
        Audience(bot.context.client.directory),
        lambda: clock[0],
        bot.delivery.deliver_posts,
    )
    assert await reviews.remind(team) == 0
    for days in (1, 2):
        clock[0] += timedelta(days=1, minutes=1)
        assert await reviews.remind(team) == 1
        assert await reviews.remind(team) == 0
        reminders = [m for m in told(bot, bot.ws.bob) if "Not reviewed yet" in str(m.blocks)]
        assert len(reminders) == days
    (use,) = await store.unreviewed(team, 10)
    await bot.context.break_glass_reviews(use.id, await bot.context.client.person(bot.ws.bob.id), "")
    clock[0] += timedelta(days=2)
    assert await reviews.remind(team) == 0


async def test_what_waits_is_counted_listed_for_operators_and_keeps_its_thread(bot: Bot) -> None:
    card = await broken(bot)
    diagnostics = Diagnostics(bot.store._pool)
    gauges = GaugeReader(bot.store._pool)
    assert (await gauges.read()).unreviewed == 1
    (use,) = await diagnostics.unreviewed_glass_breaks()
    assert (use.by.id, use.reason) == (bot.ws.alice.id, "the shop is down")

    async def idle() -> bool:
        async with bot.store._pool.connection() as connection:
            await connection.execute("UPDATE countersign.approvals SET status = 'resumed'")
            await connection.execute("UPDATE countersign.inbox SET done_at = now()")
            found = await connection.execute(
                "SELECT 1 FROM countersign.idle_threads WHERE id = %s", (card.thread.id,)
            )
            return await found.fetchone() is not None

    assert not await idle()
    await bot.context.break_glass_reviews(use.id, await bot.context.client.person(bot.ws.bob.id), "")
    assert await idle()
    assert (await gauges.read()).unreviewed == 0


async def test_a_decision_that_is_undone_needs_no_review(bot: Bot) -> None:
    ws = bot.ws
    ws.add_user_group("board", [ws.bob])
    ws.add_user_group("leads", [ws.alice])
    rule = a_rule(
        'approvers = [{group = "@board", count = 2}]\nbreak_glass = [{group = "@leads"}]\nundo = 3600'
    )
    card = await bot.asks(REFUND, rules=(rule,))
    await card.submit("approval:approve", ws.alice, {"/message": "the shop is down"})
    await card.thread.wait_until(lambda: "approval:undo" in card.actions or None)
    assert "the shop is down" in await listed(ws.bob)
    await card.undo(by=ws.alice)
    await card.thread.wait_until(lambda: "approval:approve" in card.actions or None)
    assert "Nothing waits for your review." in await listed(ws.bob)
