"""Who may give a grant, and taking it back, on a real database."""

from datetime import timedelta
from uuid import uuid4

import pytest

from countersign.approvals.errors import CountersignError, MayNotDecide
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.grants import GrantState, NoGrantOffered
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.grants.manage import GrantOver, UnknownGrant
from countersign.flow.policy.voting import Voting
from countersign.flow.thread import ThreadRef
from countersign.store.approvals.grants import GrantStore
from countersign.store.retention import RetentionStore
from tests.approvals.policy.policies import a_policy
from tests.flow.grants.refund_grants import (
    BOB,
    CAROL,
    NO,
    REFUNDS,
    REQUESTER,
    YES,
    card,
    clock,
    granted,
    harness,
    is_asked,
)
from tests.support.fakes.clocks import LateClock
from tests.support.harness import CHANNEL, TEAM, Harness

__all__ = ["clock", "harness"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("quorum = 2", "it takes 2 people"),
        ('reason = "always"', "a reason of its own"),
        ("grant_is_gone", "doesn't offer a grant"),
    ],
)
async def test_where_no_grant_can_be_given_the_click_changes_nothing(
    harness: Harness, more: str, why: str
) -> None:
    text = REFUNDS.replace("SCOPE", "thread")
    if more == "grant_is_gone":
        text = text.replace('grant = {for = "1h", scope = "thread", max_uses = 3}', "")
    else:
        text = text.replace("summary", f"{more}\nsummary")
    harness.policy.policy = a_policy(text)
    asked = await card(harness)
    with pytest.raises(CountersignError) as refused:
        await harness.vote(asked, YES, grant=True)
    assert isinstance(refused.value, NoGrantOffered | MayNotDecide)
    assert why in str(refused.value) or more == 'reason = "always"'
    assert await harness.the_card(ThreadRef.parse(asked.thread_id)) == asked
    assert await harness.rows("SELECT 1 FROM countersign.grants") == []


async def test_who_may_not_decide_may_not_grant(harness: Harness) -> None:
    asked = await card(harness)
    with pytest.raises(MayNotDecide, match="Only @finance"):
        await harness.vote(asked, YES, user="UDAVE", grant=True)
    assert await harness.rows("SELECT 1 FROM countersign.grants") == []


async def test_a_substitute_decides_and_gives_no_grant(harness: Harness, clock: LateClock) -> None:
    text = REFUNDS.replace("SCOPE", "thread").replace(
        "summary", 'escalate_after = "1m"\nescalate_to = {users = ["ULEAD"]}\nsummary'
    )
    harness.policy.policy = a_policy(text)
    asked = await card(harness)
    clock.later = timedelta(minutes=2)
    with pytest.raises(MayNotDecide, match="Only @finance"):
        await harness.vote(asked, YES, user="ULEAD", grant=True)
    assert (await harness.vote(asked, YES, user="ULEAD")).status is Status.DECIDED


async def test_somebody_elses_proposal_is_decided_once(harness: Harness) -> None:
    text = REFUNDS.replace("SCOPE", "thread")
    harness.policy.policy = a_policy(text.replace("summary", "rejections = 2\nsummary"))
    asked = await card(harness)
    await harness.vote(asked, NO, user=CAROL)
    with pytest.raises(NoGrantOffered, match="only be decided once"):
        await harness.vote(await harness.the_card(ThreadRef.parse(asked.thread_id)), YES, grant=True)


async def test_a_revoked_grant_acts_no_more(harness: Harness) -> None:
    thread = await granted(harness)
    (listed,) = await harness.grants.of(BOB)
    bob = await harness.slack.person(BOB, None)
    await harness.grants.revoke(str(listed.grant.id)[:8], bob)
    assert await is_asked(harness, thread)
    (revoked,) = await harness.grants.of(BOB)
    assert revoked.state is GrantState.REVOKED
    with pytest.raises(GrantOver, match="revoked"):
        await harness.grants.revoke(str(listed.grant.id), bob)
    assert (await harness.ledger(thread)).count("grant_revoked") == 1


async def test_only_those_whom_it_concerns_see_and_revoke_it(harness: Harness) -> None:
    await granted(harness)
    (listed,) = await harness.grants.of(REQUESTER)
    assert await harness.grants.of(CAROL) == ()
    for wrong in (str(listed.grant.id), str(uuid4()), "", "%", listed.grant.id.hex[:2]):
        with pytest.raises(UnknownGrant):
            await harness.grants.revoke(wrong, await harness.slack.person(CAROL, None))
    await harness.grants.revoke(str(listed.grant.id), await harness.slack.person(REQUESTER, None))


async def test_what_is_over_is_listed_for_a_day_and_deleted_later(harness: Harness, clock: LateClock) -> None:
    thread = await granted(harness)
    for _ in range(3):
        await is_asked(harness, thread)
    assert [each.state for each in await harness.grants.of(BOB)] == [GrantState.USED_UP]
    clock.later = timedelta(hours=23)
    assert [each.state for each in await harness.grants.of(BOB)] == [GrantState.USED_UP]
    clock.later = timedelta(hours=25)
    assert await harness.grants.of(BOB) == ()
    await harness.rows("UPDATE countersign.grants SET expires_at = expires_at - interval '3 days'")
    await RetentionStore(harness.sessions).delete_expired_events()
    assert await harness.rows("SELECT 1 FROM countersign.grants") == []


async def test_undoing_the_approval_revokes_its_grant(harness: Harness, clock: LateClock) -> None:
    text = REFUNDS.replace("SCOPE", "thread").replace("summary", "undo = 60\nsummary")
    harness.policy.policy = a_policy(text)
    asked = await card(harness)
    await harness.vote(asked, YES, grant=True)
    store = GrantStore(harness.pool)
    voting = Voting(harness.policy, harness.directory, clock)
    undo = UndoDecision(harness.threads, voting, clock, store)
    again = await undo(asked.id, CHANNEL, await harness.slack.person(BOB, None))
    assert again.approval.status is Status.PENDING
    assert await store.grants_of(TEAM, BOB, clock()) == ()
    assert (await harness.ledger(ThreadRef.parse(asked.thread_id)))[-2:] == ["grant_revoked", "undone"]


async def test_a_thread_that_is_deleted_takes_its_grants_along(harness: Harness) -> None:
    thread = await granted(harness)
    await harness.rows("UPDATE countersign.threads SET touched_at = now() - interval '1 year'")
    async with (
        harness.sessions.connection() as session,
        RetentionStore(harness.sessions).deleting(session, thread.id, 3600.0) as deleted,
    ):
        assert deleted
    assert await harness.rows("SELECT 1 FROM countersign.grants") == []
