"""Who hears of an approval, and what is said of a set that nobody can fill: on a database."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from countersign.approvals.lifecycle import Phase
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.notices.shortage_notices import ShortageCheck, ShortageNotices
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.voting import Voting
from countersign.flow.review import Review
from tests.flow.policy.placement.conftest import NAMED, approve
from tests.support.fakes.clocks import StillClock
from tests.support.fakes.fake_slack import refused
from tests.support.harness import CHANNEL, TEAM, Harness
from tests.support.under_policy import REQUESTER, card_under, last_agent_message, notes

# --- notify, and sets that nobody can fill


async def test_approvers_are_notified_once_and_again_when_it_is_decided(harness: Harness) -> None:
    rule = NAMED + 'approvers = [{group = "@finance"}]\nnotify = "approvers"\n'
    thread, card = await card_under(harness, rule)
    assert sorted(row.channel for row in harness.slack.of(OutgoingKind.DIRECT)) == ["UBOB", "UCAROL"]
    await approve(harness, card, CHANNEL)
    await harness.delivery.update_card(card.id)
    assert set(harness.slack.updated.values()) == {Phase.DECIDED}
    assert len(harness.slack.updated) == 2
    await harness.run_thread(thread.id)
    assert len(harness.slack.of(OutgoingKind.DIRECT)) == 2


async def test_the_requester_is_not_asked_where_they_may_not_decide(harness: Harness) -> None:
    harness.directory.groups["@finance"] = {REQUESTER, "UBOB"}
    rule = NAMED + 'approvers = [{group = "@finance"}]\nnotify = "approvers"\nrequester_may_decide = false\n'
    await card_under(harness, rule)
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UBOB"]


async def test_a_message_to_somebody_who_is_gone_is_given_up(harness: Harness) -> None:
    harness.slack.refused_channels["UGONE"] = refused("user_not_found")
    await card_under(harness, NAMED + 'notify = ["UGONE", "UBOB"]\n')
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UBOB"]
    await harness.expire_claims()
    assert await harness.delivery.deliver_due() == 0


async def test_a_set_that_nobody_can_fill_is_reported_at_once_and_the_fallback_asked(
    harness: Harness, logged: list[MutableMapping[str, Any]]
) -> None:
    rule = (
        NAMED + 'approvers = [{group = "@empty"}]\nescalate_after = "1h"\nescalate_to = {group = "@oncall"}\n'
    )
    thread, card = await card_under(harness, rule)
    (told,) = notes(harness)
    assert told.startswith(
        f"There is nobody who could decide “{Review(card).shown.title}” (@empty: it has no"
    )
    assert told.endswith("@oncall can decide it instead.")
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UDAVE"]
    (entry,) = [entry for entry in logged if entry["event"] == "approvers_missing"]
    assert entry["missing"] == ["@empty: it has no members"]
    await approve(harness, card, CHANNEL, "UDAVE")
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_group_that_is_emptied_while_it_waits_is_reported_once(
    harness: Harness, clock: StillClock
) -> None:
    rule = (
        NAMED
        + 'approvers = [{group = "@finance"}]\nescalate_after = "1h"\nescalate_to = {group = "@oncall"}\n'
    )
    await card_under(harness, rule)
    thread, card = await card_under(harness, rule)
    notices = ShortageNotices(Audience(harness.directory), Voting(harness.policy, harness.directory, clock))
    check = ShortageCheck(harness.threads, notices, harness.delivery.deliver_posts, TEAM)
    await check()
    assert notes(harness) == []
    harness.directory.groups["@finance"] = set()
    await asyncio.gather(check(), check(), check())
    await check()
    assert len(notes(harness)) == 2, "one for each approval"
    assert all("@finance: it has no members" in text for text in notes(harness))
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UDAVE", "UDAVE"]
    await approve(harness, card, CHANNEL, "UDAVE")
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"
