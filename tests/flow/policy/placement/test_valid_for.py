"""How long an approval counts: the graph, a tool and an effect ask before they act."""

from datetime import timedelta

import pytest

from countersign.approvals.lifecycle import Status
from countersign.flow.errors import OutcomeUnknown
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.flow.tools.approval_validity import ApprovalValidity
from countersign.flow.tools.tool_host import ToolHost
from countersign.slack.cards.open_card import render_card
from tests.flow.policy.placement.conftest import NAMED, NO, approve
from tests.support.fakes.clocks import StillClock
from tests.support.harness import CHANNEL, Harness, a_thread
from tests.support.under_policy import card_under, last_agent_message, notes, stored

# --- valid_for


async def test_an_approval_that_is_too_old_is_asked_again_and_a_rejection_is_not(
    harness: Harness, clock: StillClock
) -> None:
    thread, card = await card_under(harness, NAMED + 'valid_for = "10m"\n')
    await approve(harness, card, CHANNEL)
    clock.now += timedelta(minutes=10)
    await harness.run_thread(thread.id)
    assert not harness.slack.texts(OutgoingKind.AGENT_MESSAGE)
    again = await harness.the_card(thread)
    assert (again.id, again.open_rows, again.votes_on(0).votes) == (card.id, (0,), ())
    assert "Nothing was done yet. Decide again." in str(render_card(Review(again)).blocks)
    assert "was approved too long ago and is asked again" in notes(harness)[-1]
    assert await harness.ledger(thread) == ["opened", "decided", "lapsed"]
    await approve(harness, again, CHANNEL)
    clock.now += timedelta(minutes=9)
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"

    thread, card = await card_under(harness, NAMED + 'valid_for = "10m"\n')
    await harness.vote(card, NO)
    clock.now += timedelta(days=1)
    await harness.run_thread(thread.id)
    assert "'type': 'reject'" in last_agent_message(harness)


async def test_a_tool_hears_whether_the_approval_still_counts(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, NAMED + 'valid_for = "10m"\n', "call: go")
    host = ToolHost(harness.tools, harness.effects, ApprovalValidity(harness.threads, clock), thread.id)
    assert await host.still_valid(), "nothing was decided yet"
    await approve(harness, card, CHANNEL)
    await harness.run_thread(thread.id)
    assert (await stored(harness, card)).status is Status.RESUMED
    assert await host.still_valid("call-1")
    clock.now += timedelta(minutes=10)
    assert not await host.still_valid("call-1")
    assert not await host.still_valid()
    other = ToolHost(harness.tools, harness.effects, ApprovalValidity(harness.threads, clock), a_thread().id)
    assert await other.still_valid()


class TooOldError(Exception):
    nothing_done = True


async def test_an_effect_that_says_it_did_nothing_may_be_tried_again(harness: Harness) -> None:
    host = ToolHost(harness.tools, harness.effects)
    tries = iter([TooOldError(), ConnectionError()])

    async def effect() -> str:
        raise next(tries)

    with pytest.raises(TooOldError):
        await host.once("key", effect)
    with pytest.raises(ConnectionError):
        await host.once("key", effect)
    with pytest.raises(OutcomeUnknown):
        await host.once("key", effect)


async def test_a_post_is_checked_before_it_is_made_and_not_once_it_is_there(harness: Harness) -> None:
    host = ToolHost(harness.tools, harness.effects)

    async def too_old() -> None:
        raise TooOldError

    async def fine() -> None:
        return None

    with pytest.raises(TooOldError):
        await host.post("post", CHANNEL, "hello", check=too_old)
    assert harness.tools.posts == {}
    await host.post("post", CHANNEL, "hello", check=fine)
    await harness.rows("UPDATE countersign.effects SET done_at = NULL, result = NULL")  # it died right after
    assert await host.post("post", CHANNEL, "hello", check=too_old) == {"ts": "1.0"}
    await harness.rows("DELETE FROM countersign.effects")
    await harness.effects.begin("other")
    with pytest.raises(TooOldError):  # it died right before
        await host.post("other", CHANNEL, "hello", check=too_old)
    assert list(harness.tools.posts) == ["post"]


async def test_a_decision_of_tomorrow_does_not_count(harness: Harness, clock: StillClock) -> None:
    """A clock that was a day ahead when it was decided."""
    thread, card = await card_under(harness, NAMED + 'valid_for = "2d"\n')
    clock.now += timedelta(days=1)
    await approve(harness, card, CHANNEL)
    clock.now -= timedelta(days=1)
    await harness.run_thread(thread.id)
    assert (await stored(harness, card)).status is Status.PENDING
