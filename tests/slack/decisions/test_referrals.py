"""*Ask someone*: the card is passed to another person who may decide it, and to nobody else."""

from countersign.approvals.assignment.referral import MAX_REFERRALS
from countersign.testing.cards import ApprovalCard
from tests.approvals.policy.policies import a_rule
from tests.slack.conftest import Bot
from tests.slack.decisions.refund_cards import REFUND, shows
from tests.slack.stored_approval import stored

FINANCE = a_rule('approvers = [{group = "@leads"}]\nrequester_may_decide = false')


async def card_of(bot: Bot) -> ApprovalCard:
    """Alice and bob are leads; carol asks."""
    bot.ws.add_user_group("leads", [bot.ws.alice, bot.ws.bob])
    return await bot.asks(REFUND, rules=(FINANCE,))


async def test_whoever_is_asked_is_notified_and_the_card_says_so(bot: Bot) -> None:
    ws = bot.ws
    card = await card_of(bot)
    await card.claim(by=ws.bob)
    await shows(card, "is looking")

    result = await card.ask_someone_else(ws.bob, ws.alice.id, "you know <them>")

    assert result.outcome == "closed"
    await shows(card, f"<@{ws.bob.id}> asked <@{ws.alice.id}>: you know &lt;them&gt;")
    assert "is looking" not in card.text
    (message,) = await ws.slack.changes.wait_for(
        "anything",
        lambda: [m for m in ws.alice.direct().messages.values() if m.by_bot],
        limit=10,
        what="a direct message to alice",
    )
    assert "You were asked to decide" in str(message.blocks)
    assert f"<@{ws.bob.id}> asks you: you know &lt;them&gt;" in str(message.blocks)
    await card.approve(by=ws.bob)  # it narrows nothing
    await card.closes()


async def test_only_who_may_decide_asks_and_is_asked(bot: Bot) -> None:
    ws = bot.ws
    card = await card_of(bot)
    approval = await bot.approval(card)
    dora, guest = ws.add_person("dora"), ws.add_person("guest", is_restricted=True)
    stranger = ws.add_person("eve", is_stranger=True, team_id="T0OTHER")
    left = ws.add_person("left", deleted=True)
    for other, why in ((dora, "Only @leads"), (ws.carol, "You asked for this")):
        await card.click("approval:delegate", other)
        await other.sees_ephemeral(why)
        assert other.modal is None
    for to in (dora.id, ws.carol.id, ws.bob.id, guest.id, stranger.id, left.id, ws.slack.app.bot_user):
        result = await card.ask_someone_else(ws.bob, to)
        assert "/person" in result.errors, to
    assert await stored(bot, approval) == approval


async def test_who_is_removed_with_the_form_open_asks_nobody(bot: Bot) -> None:
    ws = bot.ws
    card = await card_of(bot)
    view = await card.form("approval:delegate", ws.bob)
    leads = next(group for group in ws.slack.state.user_groups.values() if group.handle == "leads")
    leads.members.remove(ws.bob.id)
    bot.context.client.forget_people()
    result = await ws.bob.submits(view, {"/person": ws.alice.id})
    assert result.outcome != "closed"
    assert "asked" not in card.text.replace("whoever asked", "")


async def test_a_card_is_not_passed_on_for_ever_nor_after_it_is_decided(bot: Bot) -> None:
    ws = bot.ws
    card = await card_of(bot)
    for _ in range(MAX_REFERRALS):
        assert (await card.ask_someone_else(ws.bob, ws.alice.id)).outcome == "closed"
        await bot.delivery.update_card((await bot.approval(card)).id)
    result = await card.ask_someone_else(ws.bob, ws.alice.id)
    assert "Enough people were asked" in str(result.errors)
    view = await card.form("approval:delegate", ws.bob)
    await card.approve(by=ws.alice)
    await card.closes()
    assert (await ws.bob.submits(view, {"/person": ws.alice.id})).outcome != "closed"


async def test_a_card_without_a_rule_has_no_such_button(bot: Bot) -> None:
    card = await bot.asks(REFUND)
    assert "approval:delegate" not in card.actions
