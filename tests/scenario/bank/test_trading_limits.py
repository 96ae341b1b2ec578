"""Limits of traders: two heads of desks, who are away and stand in for each other, and a batch of orders."""

from collections.abc import AsyncIterator

import pytest_asyncio

from countersign.testing.cards import approval_card
from tests.scenario.bank.branch import Branch, open_branch
from tests.scenario.policy.governing import resumed, shows
from tests.support.place import Place

POLICY = """
[[rule]]
name = "raise a limit"
action = "raise_limit"
approvers = [{group = "@desk-heads", count = 2}]
requester_may_decide = false

[[rule]]
name = "sell"
action = "sell"
when = "args.lots > 10"
approvers = [{group = "@desk-heads"}]
reason = "always"
expire_after = "30m"
on_expiry = "respond: The market moved on. Quote again."

[[rule]]
name = "buy"
action = "buy"
approvers = [{group = "@desk-heads", count = 2}]
expire_after = "30m"

[[rule]]
name = "small orders"
action = "*"
approvers = "members"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bank(place: Place) -> AsyncIterator[Branch]:
    """Bob and dora head desks; erin and fred do not."""
    async with open_branch(place, lambda _: POLICY) as branch:
        dora, *_ = branch.hires("dora", "erin", "fred")
        branch.stage.ws.add_user_group("desk-heads", [branch.bob, dora])
        yield branch


async def test_a_chain_of_delegations_passes_one_seat_once(bank: Branch) -> None:
    """Bob stands in dora's place for her, erin in bob's: erin votes for bob and never for dora."""
    bob, dora, erin, fred = bank.bob, bank.dora, bank.erin, bank.fred
    await dora.runs(f"/approvals delegate <@{bob.id}> for 2d")
    await bob.runs(f"/approvals delegate <@{erin.id}> for 2d")
    refused = await erin.runs(f"/approvals delegate <@{dora.id}> for 2d")
    assert "decides in your place" not in refused.text, "that would be a circle"

    card = await bank.asks("raise_limit", trader="x")
    await card.approve(by=erin)
    await shows(card, f"*1 of 2* · <@{erin.id}> for <@{bob.id}>")
    await card.approve(by=fred)
    await fred.sees_ephemeral("Only @desk-heads can decide this.")
    await card.approve(by=bob)
    await shows(card, "*1 of 2*")  # bob is here after all: erin does not count for him as well
    assert bank.stage.noted(card.thread) == []
    await card.approve(by=dora)
    assert await resumed(bank.stage, card.thread) == {"type": "approve"}
    for person in (dora, bob):
        await person.runs("/approvals delegate stop")


async def test_a_delegate_of_who_is_deactivated_counts_for_nobody(bank: Branch) -> None:
    (leaver,) = bank.hires("ivan")
    bank.group("desk-heads").members.append(leaver.id)
    await bank.told("subteam_members_changed", subteam_id=bank.group("desk-heads").id)
    await leaver.runs(f"/approvals delegate <@{bank.erin.id}> for 2d")
    card = await bank.asks("raise_limit", trader="y")
    await card.approve(by=bank.erin)
    await shows(card, "*1 of 2*")
    await bank.is_deactivated(leaver)
    await card.approve(by=bank.bob)
    await shows(card, f"<@{bank.erin.id}>: no longer counts")
    assert bank.stage.noted(card.thread) == []
    await card.approve(by=bank.dora)
    assert await resumed(bank.stage, card.thread) == {"type": "approve"}


async def test_what_expires_tells_the_agent_what_the_rule_says(bank: Branch) -> None:
    card = await bank.asks("sell", lots=50)
    await card.approve(by=bank.fred)
    await bank.fred.sees_ephemeral("Only @desk-heads can decide this.")
    bank.clock.now += bank.hour
    answer = await resumed(bank.stage, card.thread)
    assert answer == {"type": "respond", "message": "The market moved on. Quote again."}
    await card.closes(limit=20)
    assert "*Expired:*" in card.text
    told = await card.thread.wait_for("Expired: “Sell”.", limit=20)
    assert "The agent is told: The market moved on." in told.text


async def test_a_quorum_that_is_half_full_when_its_time_is_over(bank: Branch) -> None:
    """Bob did vote: nobody reads that nobody answered."""
    card = await bank.asks("buy", lots=5)
    await shows(card, "Rejected if nobody answers by")
    await card.approve(by=bank.bob)
    await shows(card, "Rejected if not decided by")
    bank.clock.now += bank.hour
    answer = await resumed(bank.stage, card.thread)
    assert answer["message"].startswith("Expired: not enough votes by")
    await card.closes(limit=20)
    assert "*Expired:* not enough votes by" in card.text
    assert f"(from <@{bank.bob.id}>)" in card.text
    told = await card.thread.wait_for("Expired: “Buy”. Not enough votes by", limit=20)
    assert told.text.endswith("The rule rejected it.")


async def test_each_order_of_a_batch_has_its_own_rule(bank: Branch) -> None:
    batch = {
        "action_requests": [
            {"name": "sell", "args": {"lots": lots}, "description": f"Sell {lots}"} for lots in (5, 50)
        ],
        "review_configs": [
            {"action_name": "sell", "allowed_decisions": ["approve", "edit", "reject"]} for _ in (5, 50)
        ],
    }
    thread = await bank.stage.asks({"ask": batch})
    card = await approval_card(thread, limit=20)
    rows = [b["block_id"] for b in card.message.blocks if str(b.get("block_id", "")).startswith("row:")]
    small = next(each for each in rows if each.startswith("row:0:"))
    await card.approve(by=bank.fred, block_id=small)
    await shows(card, "Approved")
    rows = [b["block_id"] for b in card.message.blocks if str(b.get("block_id", "")).startswith("row:1:")]
    await card.click("approval:approve", bank.fred, rows[0])
    await bank.fred.sees_ephemeral("Only @desk-heads can decide this.")
    await card.submit("approval:approve", bank.bob, {"/message": "hedged"}, rows[0])
    assert await resumed(bank.stage, thread) == {"decisions": [{"type": "approve"}, {"type": "approve"}]}
    told = await thread.wait_for("Approved by fred.", limit=20)
    assert "Approved by bob. Reason: hedged" in told.text
