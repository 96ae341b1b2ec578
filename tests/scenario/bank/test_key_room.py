"""Keys of the vault: a private channel, grants, a freeze at the end of the year, and its exception."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from countersign.testing.cards import approval_card
from slack_local.model.records import Channel
from slack_local.people.threads import Thread
from tests.scenario.bank.branch import Branch, open_branch
from tests.scenario.policy.governing import DirectMessages, calling, resumed, shows
from tests.support.place import Place

POLICY = """
[[rule]]
name = "master key"
action = "issue_master_key"
post_to = "#key-room"
approvers = [{channel = "#key-room"}, {group = "@security"}]
requester_may_decide = false
notify = "approvers"

[[rule]]
name = "day keys"
action = "issue_day_key"
approvers = [{group = "@keepers"}]
requester_may_decide = false
grant = {for = "8h", scope = "requester", max_uses = 5}
freeze = "close.ics"
break_glass = [{group = "@duty"}]

[[rule]]
name = "one keeper"
action = "open_safe"
approvers = [{users = ["{gina}"]}]
escalate_after = "1h"
escalate_to = {group = "@duty"}

[[rule]]
name = "somebody else"
action = "read_ledger"
approvers = "members"
requester_may_decide = false
"""
OPEN, FROZEN = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 13, tzinfo=UTC)
AFTER = datetime(2026, 3, 2, 19, tzinfo=UTC)


def policy(branch: Branch) -> str:
    (gina,) = branch.hires("gina")
    return POLICY.replace("{gina}", gina.id)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bank(place: Place) -> AsyncIterator[Branch]:
    """Bob and erin keep keys, fred is in security but not in the key room, hana is on duty."""
    async with open_branch(place, policy) as branch:
        erin, fred, hana = branch.hires("erin", "fred", "hana")
        ws = branch.stage.ws
        ws.add_user_group("keepers", [branch.bob, erin])
        ws.add_user_group("security", [fred])
        ws.add_user_group("duty", [hana])
        ws.add_channel("key-room", [branch.bob, erin], private=True)
        yield branch


def key_room(bank: Branch) -> Channel:
    return next(each for each in bank.stage.ws.slack.state.channels.values() if each.name == "key-room")


async def test_an_approver_who_is_not_in_the_private_channel_is_missed_at_once(bank: Branch) -> None:
    ws, room, fred = bank.stage.ws, key_room(bank), bank.fred
    thread = await bank.wish("issue_master_key", room="3")
    told = await thread.wait_for("There is nobody who could decide", limit=20)
    assert "@security: none of its members can see the card's channel" in told.text
    assert told.text.endswith("Add people who may decide it to that channel.")

    (root,) = [ts for ts, message in room.messages.items() if "master key" in str(message.blocks)]
    card = await approval_card(Thread(ws.slack, room.id, root), limit=20)
    await card.approve(by=bank.bob)
    await shows(card, "still needed: one of @security")
    await bank.bob.invites(fred.id, room.id)
    await card.approve(by=fred)
    assert await resumed(bank.stage, thread) == {"type": "approve"}
    assert [m.text for m in thread.from_bot()].count(told.text) == 1, "told once"

    again = await bank.wish("issue_master_key", room="4")
    await again.wait_for("Waits for a decision", limit=20)
    await DirectMessages(bank.stage, fred.direct()).saying("Your approval is needed", "4")
    assert not any("nobody who could" in message.text for message in again.from_bot())


async def test_a_grant_waits_out_the_freeze_and_only_the_duty_manager_may_go_on(bank: Branch) -> None:
    bank.clock.now = OPEN
    card = await bank.asks("issue_day_key", room="1")
    await card.click("approval:grant", by=bank.bob)
    assert await resumed(bank.stage, card.thread) == {"type": "approve"}
    used = await bank.wish("issue_day_key", room="1")
    await used.wait_for("Approved by bob's grant, 4 of 5 uses left", limit=20)

    bank.clock.now = FROZEN
    frozen = await bank.asks("issue_day_key", room="1")
    await frozen.approve(by=bank.erin)
    await bank.erin.sees_ephemeral("A freeze is on until 2026-03-02 18:00 UTC (Year-end close).")
    await frozen.submit("approval:approve", bank.hana, {"/message": "the vault is on fire"})
    assert await resumed(bank.stage, frozen.thread) == {"type": "approve"}
    await shows(frozen, "*Break glass*")
    assert frozen.text.count("the vault is on fire") == 1, "its reason stands there once"

    bank.clock.now = AFTER
    over = await bank.asks("issue_day_key", room="1")
    assert "approval:grant" in over.actions, "the grant ended at 17:00"
    await over.approve(by=bank.erin)
    assert await resumed(bank.stage, over.thread) == {"type": "approve"}


async def test_the_only_approver_was_deactivated(bank: Branch) -> None:
    """Before the card is posted, or while it waits: the thread is told, and whoever is on duty decides."""
    bank.clock.now = OPEN
    waiting = await bank.asks("open_safe", safe="a")
    await bank.is_deactivated(bank.gina)
    told = await waiting.thread.wait_for("There is nobody who could decide", limit=20)
    assert "none of its members has a full member's account" in told.text
    assert "@duty can decide it instead." in told.text
    later = await bank.asks("open_safe", safe="b")
    await later.thread.wait_for("There is nobody who could decide", limit=20)
    for card in (waiting, later):
        await card.approve(by=bank.hana)
        assert await resumed(bank.stage, card.thread) == {"type": "approve"}


async def test_in_a_direct_message_somebody_else_is_nobody(bank: Branch) -> None:
    thread = await bank.carol.dms(f"ask: {bank.question(calling('read_ledger', day=1))}")
    told = await thread.wait_for("There is nobody who could decide", limit=20)
    assert "nobody else can see the card's channel" in told.text
    assert told.text.endswith("Nobody else sees this direct message. Ask for it in a channel instead.")
