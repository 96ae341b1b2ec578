"""Payments that leave the bank: three pairs of eyes from two desks, an embargo, and a duty manager."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from slack_local.fault_injection import ApiFault
from tests.scenario.bank.branch import Branch, open_branch
from tests.scenario.policy.governing import DirectMessages, resumed, shows
from tests.support.place import Place

POLICY = """
[defaults]
requester_may_decide = false

[[rule]]
name = "embargo"
action = "release_payment"
when = 'args.country in ["KP", "IR"]'
approvers = [{group = "@compliance", count = 2}]
reason = "always"

[[rule]]
name = "large payments"
action = "release_payment"
when = "args.amount > 100000"
approvers = [{group = "@payments"}, {group = "@risk"}]
quorum = 3
rejections = 2
escalate_after = "1h"
escalate_to = {group = "@duty"}
expire_after = "4h"

[[rule]]
name = "payments"
action = "release_payment"
approvers = [{group = "@payments"}]
quorum = 2
rejections = 2
escalate_after = "1h"
escalate_to = {group = "@duty"}
expire_after = "4h"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bank(place: Place) -> AsyncIterator[Branch]:
    """Bob, erin and gina work in payments, dora and fred in risk, hana is the duty manager."""
    async with open_branch(place, lambda _: POLICY) as branch:
        erin, gina, dora, fred, hana = branch.hires("erin", "gina", "dora", "fred", "hana")
        ws = branch.stage.ws
        ws.add_user_group("payments", [branch.bob, erin, gina])
        ws.add_user_group("risk", [dora, fred])
        ws.add_user_group("duty", [hana])
        ws.add_user_group("compliance", [branch.alice, dora])
        yield branch


async def test_an_edit_starts_over_without_its_editor_and_who_left_counts_no_more(bank: Branch) -> None:
    erin, gina, dora, fred = bank.erin, bank.gina, bank.dora, bank.fred
    leaver = bank.hires("ivan")[0]
    bank.group("risk").members.append(leaver.id)
    card = await bank.asks("release_payment", amount=250_000, country="FR")
    await card.approve(by=dora)
    await shows(card, "*1 of 3*")

    await card.edit(bank.bob, {"/amount": 240_000})
    await shows(card, "*0 of 3*")
    await card.approve(by=bank.bob)
    await bank.bob.sees_ephemeral("You edited this last, so somebody else has to decide it.")
    await card.approve(by=leaver)
    await card.approve(by=erin)
    await shows(card, "*2 of 3*")

    await bank.is_deactivated(leaver)
    await card.approve(by=gina)
    await shows(card, f"<@{leaver.id}>: no longer counts · still needed: one of @risk")
    assert bank.stage.noted(card.thread) == []
    await card.approve(by=fred)

    assert await resumed(bank.stage, card.thread) == {
        "type": "edit",
        "edited_action": {"name": "release_payment", "args": {"amount": 240_000, "country": "FR"}},
    }
    await card.closes(limit=20)
    assert "*Edited* by" in card.text
    told = await card.thread.wait_for("Edited by bob and approved by", limit=20)
    assert "approved by erin, gina, and fred" in told.text
    assert "ivan" not in told.text
    assert bank.events(card)[-2:] == ["decided", "resumed"]


async def test_an_edit_does_not_slip_under_another_rule(bank: Branch) -> None:
    card = await bank.asks("release_payment", amount=250_000, country="FR")
    to_embargo = await card.edit(bank.bob, {"/country": "KP"})
    assert to_embargo.outcome != "closed", "compliance has to decide that"
    assert "embargo" in str(to_embargo)

    lowered = await card.edit(bank.bob, {"/amount": 50})
    assert lowered.outcome == "closed", lowered
    await shows(card, "*0 of 3*")  # the rule that was stored with it still asks for three


async def test_two_rejections_end_it_and_the_requester_reads_both_reasons(bank: Branch) -> None:
    card = await bank.asks("release_payment", amount=300_000, country="FR")
    await card.approve(by=bank.erin)
    await card.reject(by=bank.bob, reason="No contract on file")
    await shows(card, "rejections: 1 of 2")
    await card.reject(by=bank.dora, reason="Above the limit")

    answer = await resumed(bank.stage, card.thread)
    assert answer["type"] == "reject"
    told = await card.thread.wait_for("Rejected by bob and dora", limit=20)
    assert "Reason of bob: No contract on file Reason of dora: Above the limit" in told.text.replace(
        ". ", " "
    )
    await card.closes(limit=20)
    assert "Reason of bob: No contract on file" in card.text


async def test_the_duty_manager_fills_the_seat_that_is_left_of_a_half_full_quorum(bank: Branch) -> None:
    hana = bank.hana
    card = await bank.asks("release_payment", amount=400_000, country="FR")
    await card.approve(by=bank.bob)
    await shows(card, "*1 of 3*")
    await card.approve(by=hana)
    await hana.sees_ephemeral("Only @payments and @risk can decide this.")

    bank.clock.now += bank.hour
    await card.thread.wait_for("Escalated:", limit=20)
    await DirectMessages(bank.stage, hana.direct()).saying("Escalated to you", "Release payment")
    await card.approve(by=hana)
    await shows(card, "*2 of 3*")
    await card.approve(by=bank.erin)
    assert await resumed(bank.stage, card.thread) == {"type": "approve"}
    assert bank.events(card) == ["opened", "voted", "refused", "escalated", "voted", "decided", "resumed"]


async def test_while_a_group_cannot_be_read_its_votes_wait(bank: Branch) -> None:
    """The vote of who was asked about is refused; that of who voted before counts again afterwards."""
    ws = bank.stage.ws
    card = await bank.asks("release_payment", amount=500_000, country="FR")
    await card.approve(by=bank.bob)
    await card.approve(by=bank.erin)
    await shows(card, "*2 of 3*")
    ws.faults.on_call("usergroups.users.list", ApiFault.ERROR, times=1000, error="fatal_error")
    await bank.told("subteam_updated", subteam={"id": "S1"})

    await card.approve(by=bank.dora)
    await bank.dora.sees_ephemeral("I couldn't check whether you're one of")
    assert bank.events(card)[-1] == "refused"

    ws.faults.clear()
    await card.approve(by=bank.dora)
    assert await resumed(bank.stage, card.thread) == {"type": "approve"}


@pytest.mark.parametrize("round_", range(3))
async def test_a_vote_is_taken_back_while_the_last_one_comes(bank: Branch, round_: int) -> None:
    card = await bank.asks("release_payment", amount=10 + round_, country="FR")
    await card.approve(by=bank.bob)
    await shows(card, "*1 of 2*")

    await asyncio.gather(card.withdraw(by=bank.bob), card.approve(by=bank.erin))
    await bank.stage.ws.delivery.idle()

    events = bank.events(card)
    if "decided" in events:
        assert await resumed(bank.stage, card.thread) == {"type": "approve"}
        assert "vote_withdrawn" not in events
    else:
        assert sorted(events) == ["opened", "vote_withdrawn", "voted", "voted"]
        await shows(card, "*1 of 2*")
        assert bank.stage.noted(card.thread) == []
        await card.approve(by=bank.gina)
        assert await resumed(bank.stage, card.thread) == {"type": "approve"}
