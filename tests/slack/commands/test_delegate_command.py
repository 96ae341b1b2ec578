"""`/approvals delegate`: what it understands, what it refuses, and what it changes."""

from dataclasses import replace

import pytest

from countersign.approvals.lifecycle import Status
from slack_local.people.person import Person
from tests.approvals.policy.policies import a_rule
from tests.slack.conftest import Bot
from tests.slack.decisions.refund_cards import REFUND, shows
from tests.slack.stored_approval import stored

FINANCE = a_rule('approvers = [{group = "@leads"}]')
STRICT = a_rule('approvers = [{group = "@leads"}]\nrequester_may_decide = false')


async def delegates(bot: Bot, text: str, by: str = "bob") -> str:
    person: Person = getattr(bot.ws, by)
    answer = await person.runs(f"/approvals delegate {text}")
    assert answer.error is None
    return answer.text


async def test_the_delegate_decides_and_the_card_says_for_whom(bot: Bot) -> None:
    ws = bot.ws
    ws.add_user_group("leads", [ws.bob])
    card = await bot.asks(REFUND, rules=(FINANCE,))
    approval = await bot.approval(card)
    await card.approve(by=ws.alice)
    await ws.alice.sees_ephemeral("Only @leads can decide this.")

    answer = await delegates(bot, f"<@{ws.alice.id}|alice> until friday for @leads")
    assert f"<@{ws.alice.id}> decides in your place for @leads, until the end of Friday" in answer
    assert f"<@{ws.alice.id}> decides in your place for @leads" in await delegates(bot, "")
    assert f"in the place of <@{ws.bob.id}>" in await delegates(bot, "", by="alice")

    await card.approve(by=ws.alice)
    await card.closes()
    assert f"*Approved* by <@{ws.alice.id}> for <@{ws.bob.id}>" in card.text
    decided = await stored(bot, approval)
    (vote,) = decided.votes
    assert vote is not None
    assert vote.on_behalf_of is not None
    assert (vote.by.id, vote.on_behalf_of.id) == (ws.alice.id, ws.bob.id)


async def test_what_is_stopped_between_opening_a_form_and_sending_it_decides_nothing(bot: Bot) -> None:
    ws = bot.ws
    ws.add_user_group("leads", [ws.bob])
    card = await bot.asks(REFUND, rules=(FINANCE,))
    approval = await bot.approval(card)
    await delegates(bot, "@alice for 3d")
    view = await card.form("approval:reject", ws.alice)

    assert f"<@{ws.alice.id}> no longer decides" in await delegates(bot, "stop")
    result = await ws.alice.submits(view, {"/message": "no"})

    assert result.outcome != "closed"
    assert (await stored(bot, approval)).status is Status.PENDING
    assert "so nothing was stopped" in await delegates(bot, "stop")


async def test_a_delegator_who_is_deactivated_or_left_the_group_delegates_nothing(bot: Bot) -> None:
    ws = bot.ws
    leads = ws.add_user_group("leads", [ws.bob])
    card = await bot.asks(REFUND, rules=(FINANCE,))
    approval = await bot.approval(card)
    await delegates(bot, "@alice for 3d")
    users = ws.slack.state.users
    users[ws.bob.id] = replace(users[ws.bob.id], deleted=True)
    bot.context.client.forget_people()
    await card.approve(by=ws.alice)
    await ws.alice.sees_ephemeral("Only @leads can decide this.")
    users[ws.bob.id] = replace(users[ws.bob.id], deleted=False)
    leads.members.clear()
    bot.context.client.forget_people()
    await card.approve(by=ws.alice)
    assert (await stored(bot, approval)).status is Status.PENDING


async def test_nobody_gets_around_requester_may_decide(bot: Bot) -> None:
    """Carol asks. She hands her seat to alice, and stands in for bob."""
    ws = bot.ws
    ws.add_user_group("leads", [ws.bob, ws.carol])
    card = await bot.asks(REFUND, rules=(STRICT,))
    approval = await bot.approval(card)
    await delegates(bot, "@alice for 3d", by="carol")
    await card.approve(by=ws.alice)
    await ws.alice.sees_ephemeral("who asked for this or edited it")
    assert "is away and has delegated" in await delegates(bot, "@carol for 3d")
    await delegates(bot, "stop", by="carol")
    await delegates(bot, "@carol for 3d")
    await card.approve(by=ws.carol)
    await ws.carol.sees_ephemeral("You asked for this")
    assert await stored(bot, approval) == approval


async def test_whoever_is_away_and_the_delegate_fill_one_seat_together(bot: Bot) -> None:
    ws = bot.ws
    dora = ws.add_person("dora")
    ws.add_user_group("leads", [ws.bob, dora])
    card = await bot.asks(REFUND, rules=(a_rule('approvers = [{group = "@leads", count = 2}]'),))
    await delegates(bot, "@alice for 3d")
    await card.approve(by=ws.alice)
    await shows(card, f"<@{ws.alice.id}> for <@{ws.bob.id}> :white_check_mark:")
    await card.approve(by=ws.bob)
    await shows(card, f"<@{ws.bob.id}> :white_check_mark: · still needed")
    await card.approve(by=dora)
    await card.closes()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("@bob until friday", "You can't delegate to yourself"),
        ("@alice until 2020-01-01", "That time has passed"),
        ("@alice until someday", "Say until when"),
        ("@alice for ever", "Say until when"),
        ("@alice", "I couldn't read that"),
        ("@nobody-at-all until friday", "There is nobody called @nobody-at-all"),
        ("alice until friday", "I couldn't read that"),
        ("@guest until friday", "Guests can't decide"),
        ("@gone until friday", "There is nobody called @gone"),
        ("@alice until friday for @strangers", "There is no user group @strangers"),
        ("@alice until friday for @others", "You're not in @others"),
        ("@alice for 400d", "too long"),
        ("@<!channel> until friday", "There is nobody called @&lt;!channel&gt;"),
    ],
)
async def test_bad_input_changes_nothing_and_says_what_to_do(bot: Bot, text: str, why: str) -> None:
    ws = bot.ws
    ws.add_user_group("others", [ws.alice])
    ws.add_person("guest", is_restricted=True)
    ws.add_person("gone", deleted=True)
    assert why in await delegates(bot, text)
    assert "You have no delegations" in await delegates(bot, "")


async def test_a_bot_and_somebody_of_another_workspace_decide_in_nobodys_place(bot: Bot) -> None:
    ws = bot.ws
    stranger = ws.add_person("eve", is_stranger=True, team_id="T0OTHER")
    assert "other workspaces" in await delegates(bot, f"<@{stranger.id}> until friday")
    left = ws.add_person("left", deleted=True)
    assert "active member" in await delegates(bot, f"<@{left.id}> until friday")
    assert "Apps can't decide" in await delegates(bot, f"<@{ws.slack.app.bot_user}> until friday")


async def test_a_second_delegation_of_the_same_seats_is_refused(bot: Bot) -> None:
    await delegates(bot, "@alice for 3d")
    assert "You delegated to alice already" in await delegates(bot, "@carol for 1d")
    assert "has delegated to you" in await delegates(bot, "@bob for 1d", by="alice")
