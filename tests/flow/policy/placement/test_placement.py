"""Where a card is posted, and where it goes when its channel does not take it: on a database."""

from collections.abc import MutableMapping
from typing import Any

import pytest

from countersign.approvals.errors import NotPending
from countersign.approvals.lifecycle import Phase
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from tests.approvals.policy.policies import a_policy
from tests.flow.policy.placement.conftest import NAMED, YES, approve
from tests.support.fakes.clocks import StillClock
from tests.support.fakes.fake_slack import refused
from tests.support.harness import CHANNEL, Harness, a_thread
from tests.support.under_policy import REQUESTER, card_under, last_agent_message, notes, stored


def places(rows: list[Outgoing]) -> list[tuple[str, bool]]:
    return [(row.channel, row.thread_ts is not None) for row in rows]


# --- post_to


async def test_the_card_is_in_the_other_channel_and_a_pointer_in_the_thread(harness: Harness) -> None:
    thread, card = await card_under(harness, NAMED + 'post_to = "#approvals"\n')
    assert places(harness.slack.of(OutgoingKind.CARD)) == [("C2", False)]
    assert places(harness.slack.of(OutgoingKind.POINTER)) == [(CHANNEL, True)]
    assert (card.posted_to, card.card_ts) == ("C2", harness.slack.ts[f"card:{card.id}"])
    with pytest.raises(NotPending):
        await approve(harness, card, CHANNEL)
    await harness.say(thread, "approve", user="UBOB")
    assert "Use the card in another channel" in notes(harness)[-1]

    await approve(harness, await harness.the_card(thread), "C2")
    await harness.delivery.update_card(card.id)
    assert harness.slack.updated == {f"pointer:{card.id}": Phase.DECIDED}
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_channel_that_there_is_not_leaves_the_card_in_the_thread(
    harness: Harness, logged: list[MutableMapping[str, Any]]
) -> None:
    _, card = await card_under(harness, NAMED + 'post_to = "#nowhere"\n')
    assert places(harness.slack.of(OutgoingKind.CARD)) == [(CHANNEL, True)]
    assert card.posted_to is None
    (told,) = notes(harness)
    assert told.startswith("This should be decided in #nowhere, but there is no such channel")
    (entry,) = [entry for entry in logged if entry["event"] == "card_channel_unavailable"]
    assert entry["channel"] == "#nowhere"


async def test_an_archived_channel_leaves_the_card_in_the_thread(harness: Harness) -> None:
    harness.slack.refused_channels["C9"] = refused("is_archived")
    thread, card = await card_under(harness, NAMED + 'post_to = "C9"\n')
    await harness.delivery.deliver_thread(CHANNEL, thread.ts)
    assert places(harness.slack.of(OutgoingKind.CARD)) == [(CHANNEL, True)]
    now = await stored(harness, card)
    assert (now.posted_to, now.card_ts) == (None, harness.slack.ts[f"card-moved:{card.id}"])
    assert "that channel is archived" in notes(harness)[-1]
    assert await harness.delivery.deliver_due() == 0, "nothing is posted there later"
    await approve(harness, now, CHANNEL)
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_batched_card_goes_where_all_its_rules_say(harness: Harness) -> None:
    rules = """
[[rule]]
name = "small"
when = "args.amount < 1000"
post_to = "#approvals"
[[rule]]
name = "large"
"""
    _, card = await card_under(harness, rules, "two: go")
    assert card.posted_to is None


async def test_a_channel_that_is_archived_while_it_waits_gives_the_card_back(harness: Harness) -> None:
    thread, card = await card_under(harness, NAMED + 'quorum = 2\npost_to = "#approvals"\n')
    half = await approve(harness, card, "C2")
    harness.slack.refused_updates["C2"] = refused("is_archived")
    await harness.delivery.update_card(card.id)
    now = await stored(harness, card)
    assert (now.posted_to, now.card_ts) == (None, harness.slack.ts[f"card-moved:{card.id}"])
    assert "that channel is archived" in notes(harness)[-1]
    assert now.votes_on(0) == half.votes_on(0)
    await approve(harness, now, CHANNEL, "UCAROL")
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_card_that_slack_refuses_to_update_keeps_no_other_from_it(
    harness: Harness, clock: StillClock
) -> None:
    _, card = await card_under(harness, NAMED + "quorum = 2\n")
    _, other = await card_under(harness, NAMED + "quorum = 2\n")
    harness.slack.refused_updates[CHANNEL] = refused("cant_update_message")
    half = await harness.vote(card, YES, user="UBOB")
    await harness.vote(other, YES, user="UBOB")
    await harness.rows("UPDATE countersign.approvals SET changed_at = now() - interval '1 hour'")

    assert await harness.delivery.update_stale_cards() == 2
    assert await harness.delivery.update_stale_cards() == 0
    shown = await harness.rows(
        "SELECT 1 FROM countersign.ledger WHERE approval_id = %s AND event = 'shown' AND version = %s",
        card.id,
        half.version,
    )
    assert shown == [], "nobody has seen it"


async def test_what_is_decided_without_asking_is_one_line_in_the_thread(harness: Harness) -> None:
    harness.policy.policy = a_policy(
        NAMED + 'auto = "approve"\nnotify = "approvers"\npost_to = "#approvals"\n'
    )
    await harness.say(a_thread(), "go", user=REQUESTER)
    assert not harness.slack.of(OutgoingKind.DIRECT)
    assert not harness.slack.of(OutgoingKind.CARD)
    (line,) = harness.slack.of(OutgoingKind.NOTE)
    assert places([line]) == [(CHANNEL, True)]
    assert harness.slack.texts(OutgoingKind.NOTE)[0].startswith("Approved by the rule “r”: “")
