"""Groups and accounts that change between a form's opening and its sending: what they are then counts.

Over Socket Mode and over HTTP, with the events that Slack sends, which empty what the bot remembers.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest

from countersign.approvals.policy.rule import Rule
from countersign.slack.listeners.events.membership_events import EVENTS
from countersign.testing.cards import ApprovalCard
from slack_local.model.records import UserGroup
from slack_local.payloads.events import event_body
from slack_local.workspace import LocalWorkspace
from tests.approvals.policy.policies import a_rule
from tests.slack.conftest import Bot
from tests.slack.decisions.refund_cards import REFUND
from tests.slack.stored_approval import stored

BY_GROUP = a_rule('approvers = [{group = "@leads"}]\nreason = "always"')
FORMS: dict[str, dict[str, str]] = {
    "approval:approve": {"/message": "checked"},
    "approval:edit": {"/amount": "2"},
    "approval:reject": {"/message": "no"},
    "approval:respond": {"/message": "later"},
}
Change = Callable[[LocalWorkspace], None]


def sends(ws: LocalWorkspace, kind: str, **event: Any) -> None:
    ws.delivery.events([event_body(ws.slack, {"type": kind, "event_ts": "1.000100", **event})])


def _leads(ws: LocalWorkspace) -> UserGroup:
    return next(group for group in ws.slack.state.user_groups.values() if group.handle == "leads")


def renamed(ws: LocalWorkspace) -> None:
    group = _leads(ws)
    ws.slack.state.user_groups[group.id] = replace(group, handle="chiefs")
    sends(ws, "subteam_updated", subteam={"id": group.id})


def disabled(ws: LocalWorkspace) -> None:
    group = _leads(ws)
    ws.slack.state.user_groups[group.id] = replace(group, is_disabled=True)
    sends(ws, "subteam_updated", subteam={"id": group.id})


def deleted(ws: LocalWorkspace) -> None:
    group = _leads(ws)
    del ws.slack.state.user_groups[group.id]
    sends(ws, "subteam_updated", subteam={"id": group.id})


def emptied(ws: LocalWorkspace) -> None:
    group = _leads(ws)
    group.members.clear()
    sends(ws, "subteam_members_changed", subteam_id=group.id)


def removed(ws: LocalWorkspace) -> None:
    group = _leads(ws)
    group.members.remove(ws.alice.id)
    sends(ws, "subteam_members_changed", subteam_id=group.id)


def deactivated(ws: LocalWorkspace) -> None:
    users = ws.slack.state.users
    users[ws.alice.id] = replace(users[ws.alice.id], deleted=True)
    sends(ws, "user_change", user={"id": ws.alice.id})


def made_a_guest(ws: LocalWorkspace) -> None:
    users = ws.slack.state.users
    users[ws.alice.id] = replace(users[ws.alice.id], is_restricted=True)
    sends(ws, "user_change", user={"id": ws.alice.id})


CHANGES = [renamed, disabled, deleted, emptied, removed, deactivated, made_a_guest]


async def a_card(bot: Bot, rule: Rule = BY_GROUP) -> ApprovalCard:
    bot.ws.add_user_group("leads", [bot.ws.alice, bot.ws.bob])
    return await bot.asks(REFUND, rules=(rule,))


PAIRS = [
    *((change, action) for change, action in zip(CHANGES, cycle(FORMS), strict=False)),
    *((deactivated, action) for action in FORMS),
]


def named(given: Change | str) -> str:
    return given if isinstance(given, str) else given.__name__


@pytest.mark.parametrize(("change", "action"), dict.fromkeys(PAIRS), ids=named)
async def test_no_form_that_was_opened_before_is_taken_after(
    either_bot: Bot, change: Change, action: str
) -> None:
    """Alice opened it while she might decide."""
    bot, alice = either_bot, either_bot.ws.alice
    card = await a_card(bot)
    approval = await bot.approval(card)
    view = await card.form(action, alice)

    change(bot.ws)
    await bot.ws.delivery.idle()

    assert (await alice.submits(view, FORMS[action])).outcome != "closed"
    assert await stored(bot, approval) == approval


@pytest.mark.parametrize("change", [removed, deactivated, made_a_guest], ids=lambda change: change.__name__)
async def test_a_change_that_is_about_others_keeps_nobody_from_deciding(
    either_bot: Bot, change: Callable[[LocalWorkspace], None]
) -> None:
    bot = either_bot
    card = await a_card(bot)
    change(bot.ws)
    await bot.ws.delivery.idle()
    await card.submit("approval:approve", bot.ws.bob, {"/message": "checked"})
    await card.closes()
    assert f"*Approved* by <@{bot.ws.bob.id}>" in card.text


def left_the_channel(ws: LocalWorkspace) -> None:
    channel = ws.channel_id("general")
    ws.slack.state.channels[channel].members.pop(ws.alice.id)
    sends(ws, "member_left_channel", user=ws.alice.id, channel=channel)


def archived_the_channel(ws: LocalWorkspace) -> None:
    channel = ws.channel_id("ops")
    ws.slack.state.channels[channel].is_archived = True
    sends(ws, "channel_archive", channel=channel)


@pytest.mark.parametrize(
    ("change", "approvers"),
    [(left_the_channel, '"channel"'), (archived_the_channel, '[{channel = "#ops"}]')],
    ids=["left", "archived"],
)
async def test_whoever_is_gone_from_a_public_channel_does_not_decide_as_one_of_it(
    either_bot: Bot, change: Change, approvers: str
) -> None:
    """Not even with a form that was opened before; the buttons are only for who is there."""
    bot, alice = either_bot, either_bot.ws.alice
    card = await a_card(bot, a_rule(f'approvers = {approvers}\nreason = "always"'))
    approval = await bot.approval(card)
    view = await card.form("approval:approve", alice)

    change(bot.ws)
    await bot.ws.delivery.idle()

    assert (await alice.submits(view, FORMS["approval:approve"])).outcome != "closed"
    assert await stored(bot, approval) == approval


async def test_nobody_is_one_of_an_archived_channel_at_the_click(either_bot: Bot) -> None:
    bot, alice = either_bot, either_bot.ws.alice
    card = await a_card(bot, a_rule('approvers = [{channel = "#ops"}]'))
    approval = await bot.approval(card)
    archived_the_channel(bot.ws)
    await bot.ws.delivery.idle()

    await card.click("approval:approve", alice)

    await alice.sees_ephemeral("members of #ops")
    assert await stored(bot, approval) == approval


@pytest.mark.parametrize("kind", EVENTS)
async def test_each_event_about_people_makes_the_bot_ask_slack_anew(either_bot: Bot, kind: str) -> None:
    """Names are kept for a minute, unless Slack reports a change."""
    bot, directory = either_bot, either_bot.context.client.directory
    group = bot.ws.add_user_group("leads", [bot.ws.alice])
    assert await directory.group_id("@leads") == group.id
    bot.ws.slack.state.user_groups[group.id] = replace(group, handle="chiefs")
    assert await directory.group_id("@leads") == group.id

    sends(bot.ws, kind)
    await bot.ws.delivery.idle()

    assert await directory.group_id("@leads") is None
