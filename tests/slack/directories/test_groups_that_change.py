"""User groups that are renamed, disabled or emptied while a card waits: nobody decides by what they were."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from slack_local.model.records import UserGroup
from tests.approvals.policy.policies import a_rule
from tests.slack.conftest import Bot
from tests.slack.decisions.refund_cards import REFUND
from tests.slack.stored_approval import stored

BY_HANDLE = a_rule('approvers = [{group = "@leads"}]')
CHANGES: dict[str, Callable[[UserGroup], UserGroup]] = {
    "renamed": lambda group: replace(group, handle="chiefs"),
    "disabled": lambda group: replace(group, is_disabled=True),
    "emptied": lambda group: replace(group, members=[]),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("form_is_open", [False, True])
async def test_nobody_decides_until_it_is_as_it_was(bot: Bot, change: str, form_is_open: bool) -> None:
    ws = bot.ws
    group = ws.add_user_group("leads", [ws.alice])
    card = await bot.asks(REFUND, rules=(BY_HANDLE,))
    approval = await bot.approval(card)
    view = await card.form("approval:reject", ws.alice) if form_is_open else None

    ws.slack.state.user_groups[group.id] = CHANGES[change](group)
    bot.context.client.forget_people()  # as Slack's events make it do

    if view is not None:
        assert (await ws.alice.submits(view, {"/message": "no"})).outcome != "closed"
    else:
        await card.approve(by=ws.alice)
        await ws.alice.sees_ephemeral("@leads")
    assert await stored(bot, approval) == approval

    ws.slack.state.user_groups[group.id] = group
    bot.context.client.forget_people()
    await card.approve(by=ws.alice)
    await card.closes()


async def test_a_deleted_group_decides_nothing_and_its_new_namesake_does(bot: Bot) -> None:
    ws = bot.ws
    group = ws.add_user_group("leads", [ws.alice])
    card = await bot.asks(REFUND, rules=(BY_HANDLE,))
    del ws.slack.state.user_groups[group.id]
    bot.context.client.forget_people()
    await card.approve(by=ws.alice)
    await ws.alice.sees_ephemeral("@leads")
    ws.add_user_group("leads", [ws.bob])
    bot.context.client.forget_people()
    await card.approve(by=ws.alice)
    await card.approve(by=ws.bob)
    await card.closes()
    assert f"*Approved* by <@{ws.bob.id}>" in card.text
