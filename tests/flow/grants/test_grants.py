"""Grants on a real database: given with an approval, used without asking, never beyond their limits."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from countersign.approvals.errors import CountersignError, MayNotDecide
from countersign.approvals.policy.grants import GrantState
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.approvals.policy.policies import a_policy
from tests.approvals.policy.test_policy_page import situation
from tests.flow.grants.refund_grants import (
    BOB,
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
from tests.support.harness import CHANNEL, Harness, a_thread, message
from tests.support.under_policy import notes

__all__ = ["clock", "harness"]


async def uses(harness: Harness) -> int:
    (row,) = await harness.rows("SELECT sum(uses) AS uses FROM countersign.grants")
    return int(row["uses"])


async def test_what_a_grant_covers_is_approved_with_one_line_and_no_card(harness: Harness) -> None:
    thread = await granted(harness)
    cards = len(harness.slack.of(OutgoingKind.CARD))

    assert not await is_asked(harness, thread)

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE)[-1] == "[{'type': 'approve'}]"
    assert len(harness.slack.of(OutgoingKind.CARD)) == cards, "no card"
    given, line = notes(harness)[-2:]
    assert "ubob gave a grant: “refund” in this thread under the rule “small refunds”" in given
    assert line.startswith("Approved by ubob's grant, 2 of 3 uses left, until ")
    assert line.endswith(": “Refund 50 to Ann”")


async def test_each_step_of_it_is_in_the_ledger(harness: Harness) -> None:
    thread = await granted(harness)
    await is_asked(harness, thread)
    assert await harness.ledger(thread) == [
        *("opened", "grant_given", "decided", "resumed"),
        *("opened", "grant_used", "decided", "resumed"),
    ]
    given, used, decided = await harness.rows(
        "SELECT event, actor_id, detail FROM countersign.ledger WHERE thread_id = %s AND "
        "(event LIKE 'grant%%' OR detail ->> 'via' = 'grant') ORDER BY id",
        thread.id,
    )
    assert (given["actor_id"], used["actor_id"]) == (BOB, None)
    assert given["detail"]["grant"] == used["detail"]["grant"] == decided["detail"]["rows"]["0"]["grant"]
    assert (used["detail"]["uses"], used["detail"]["max_uses"], used["detail"]["granted_by"]) == (1, 3, BOB)
    assert decided["detail"]["rows"]["0"]["granted_by"] == BOB
    assert given["detail"]["condition"] == "args.amount < 1000"


async def test_once_it_is_used_up_people_are_asked(harness: Harness) -> None:
    thread = await granted(harness)
    assert [await is_asked(harness, thread) for _ in range(3)] == [False] * 3
    assert await is_asked(harness, thread)
    assert await uses(harness) == 3


async def test_once_its_time_is_over_people_are_asked(harness: Harness, clock: LateClock) -> None:
    thread = await granted(harness)
    clock.later = timedelta(minutes=59)
    assert not await is_asked(harness, thread)
    clock.later = timedelta(minutes=61)
    assert await is_asked(harness, thread)


async def test_the_policy_page_s_trusted_tool_posts_short_texts_unasked_and_no_long_ones(
    harness: Harness, clock: LateClock
) -> None:
    """Under the text of docs/policy.md itself."""
    harness.policy.policy = situation("A trusted tool with a grant")
    harness.directory.channels = {CHANNEL: {BOB, REQUESTER}}
    asked = await card(harness, "posts: Hello")
    with pytest.raises(MayNotDecide):
        await harness.vote(asked, YES, user="UDAVE", grant=True)
    await harness.vote(asked, YES, grant=True)
    thread = ThreadRef.parse(asked.thread_id)
    await harness.run_thread(thread.id)

    assert not await is_asked(harness, thread, "Another one")
    assert await is_asked(harness, thread, "x" * 500)
    await harness.vote(await harness.the_card(thread), NO)
    await harness.run_thread(thread.id)
    assert [await is_asked(harness, thread, f"Short {n}") for n in range(19)] == [False] * 19
    assert await uses(harness) == 20
    assert await is_asked(harness, thread, "The twenty-first")
    assert await is_asked(harness, a_thread(), "posts: Another thread")


@pytest.mark.parametrize(
    ("scope", "user", "asked"),
    [("thread", REQUESTER, True), ("requester", REQUESTER, False), ("requester", "UDAVE", True)],
)
async def test_in_another_thread_only_the_same_requester_is_covered(
    harness: Harness, scope: str, user: str, asked: bool
) -> None:
    await granted(harness, scope=scope)
    assert await is_asked(harness, a_thread(), user=user) is asked


async def test_another_graph_is_not_covered(harness: Harness) -> None:
    await granted(harness, scope="requester")
    assert await is_asked(harness, a_thread(), "other: refund")


async def test_nobody_is_covered_by_their_own_grant_where_the_requester_may_not_decide(
    harness: Harness,
) -> None:
    thread = await granted(harness)
    assert await is_asked(harness, thread, user=BOB)
    with pytest.raises(MayNotDecide, match="You asked for this"):
        await harness.vote(await harness.the_card(thread), YES, user=BOB, grant=True)


async def _leaves_the_group(harness: Harness) -> None:
    harness.directory.groups["@finance"].discard(BOB)


async def _is_deactivated(harness: Harness) -> None:
    harness.directory.deactivated.add(BOB)


async def _slack_is_away(harness: Harness) -> None:
    harness.directory.unavailable = True


@pytest.mark.parametrize("what_happens", [_leaves_the_group, _is_deactivated, _slack_is_away])
async def test_it_does_not_count_without_its_giver_behind_it(harness: Harness, what_happens: Any) -> None:
    thread = await granted(harness)
    await what_happens(harness)
    assert await is_asked(harness, thread)
    assert await uses(harness) == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("amount < 1000", "amount < 100"),
        ("amount < 1000", "amount < 100000"),
        ('grant = {for = "1h", scope = "thread", max_uses = 3}', ""),
        ("requester_may_decide = false", ""),
        ('name = "small refunds"', 'name = "refunds"'),
    ],
)
async def test_a_rule_that_was_edited_ends_it(harness: Harness, old: str, new: str) -> None:
    thread = await granted(harness)
    text = REFUNDS.replace("SCOPE", "thread")
    assert old in text
    harness.policy.policy = a_policy(text.replace(old, new))
    assert await is_asked(harness, thread)
    (listed,) = await harness.grants.of(BOB)
    assert (listed.state, listed.rule_changed) == (GrantState.ACTIVE, True)


FREEZE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Year end\r\n"
    "DTSTART:{start:%Y%m%dT%H%M%S}Z\r\nDTEND:20990101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


async def test_in_a_freeze_no_grant_acts_and_none_is_given(harness: Harness, clock: LateClock) -> None:
    text = REFUNDS.replace("SCOPE", "thread").replace("summary", 'freeze = "year.ics"\nsummary')
    start = datetime.now(UTC) + timedelta(minutes=10)
    harness.policy.policy = a_policy(text, year=FREEZE.format(start=start))
    thread = await granted(harness)
    assert not await is_asked(harness, thread)
    clock.later = timedelta(minutes=11)
    assert await is_asked(harness, thread)
    with pytest.raises(CountersignError, match="freeze"):
        await harness.vote(await harness.the_card(thread), YES, grant=True)


async def test_of_a_batch_the_covered_rows_are_decided_and_the_rest_is_asked(harness: Harness) -> None:
    harness.policy.policy = a_policy(REFUNDS.replace("SCOPE", "requester"))
    first = await card(harness, "two: refund")
    await harness.vote(first, YES, grant=True)
    await harness.vote(await harness.the_card(ThreadRef.parse(first.thread_id)), YES, row=1)
    await harness.run_thread(first.thread_id)
    assert await uses(harness) == 0

    second = await card(harness, "two: refund")

    assert second.open_rows == (1,)
    decided = second.votes[0]
    assert decided is not None
    assert (decided.by.id, decided.decision.kind) == (BOB, YES)
    assert decided.grant is not None
    assert notes(harness)[-1].endswith(": 1. “Refund 60 to Ann”")
    await harness.vote(second, YES, row=1)
    await harness.run_thread(second.thread_id)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE)[-1] == "[{'type': 'approve'}, {'type': 'approve'}]"


async def test_a_batch_takes_as_many_uses_as_are_left(harness: Harness) -> None:
    first = await card(harness, "five: refund")
    await harness.vote(first, YES, grant=True)
    for row in range(1, 5):
        await harness.vote(await harness.the_card(ThreadRef.parse(first.thread_id)), YES, row=row)
    await harness.run_thread(first.thread_id)

    second = await card(harness, "five: refund", thread=ThreadRef.parse(first.thread_id))

    assert second.open_rows == (3, 4)
    assert await uses(harness) == 3
    assert notes(harness)[-1].startswith("Approved by ubob's grant, 0 of 3 uses left, until ")


async def test_threads_that_use_the_last_of_it_at_once_never_overdraw_it(harness: Harness) -> None:
    await granted(harness, scope="requester")
    threads = [a_thread() for _ in range(6)]
    for thread in threads:
        assert await harness.threads.accept(message(thread, "refund", user=REQUESTER))
    await asyncio.gather(*(harness.run_thread(thread.id) for thread in threads))
    waiting = [thread for thread in threads if await harness.pending(thread)]
    assert (len(waiting), await uses(harness)) == (3, 3)
    used = await harness.rows("SELECT detail FROM countersign.ledger WHERE event = 'grant_used' ORDER BY id")
    assert sorted(row["detail"]["uses"] for row in used) == [1, 2, 3]


async def test_a_decision_that_is_lost_takes_no_use(harness: Harness) -> None:
    """Use, decision and ledger entry are one transaction: here another worker took the thread over."""
    thread = await granted(harness)
    inbound = message(thread, "again", user=REQUESTER)
    assert await harness.threads.accept(inbound)
    await harness.rows(
        """
        CREATE FUNCTION stolen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE countersign.threads SET fence = fence + 1 WHERE id = NEW.thread_id;
            RETURN NEW;
        END $$
        """
    )
    await harness.rows(
        "CREATE TRIGGER stolen BEFORE INSERT ON countersign.approvals FOR EACH ROW EXECUTE FUNCTION stolen()"
    )
    with pytest.raises(CountersignError, match="took this thread over"):
        await harness.run_thread(thread.id)
    assert await uses(harness) == 0
    assert (await harness.ledger(thread)).count("grant_used") == 0

    await harness.rows("DROP TRIGGER stolen ON countersign.approvals")
    await harness.run_thread(thread.id)
    assert await uses(harness) == 1
    assert not await harness.pending(thread)


async def test_an_approval_by_a_grant_that_is_too_old_when_it_runs_gets_a_card(
    harness: Harness, clock: LateClock
) -> None:
    text = REFUNDS.replace("SCOPE", "thread").replace("summary", 'valid_for = "10m"\nsummary')
    harness.policy.policy = a_policy(text)
    thread = await granted(harness)
    inbound = message(thread, "again", user=REQUESTER)
    assert await harness.threads.accept(inbound)
    save = harness.threads.save_step

    async def save_and_wait(*arguments: Any, **more: Any) -> Any:
        """The worker stops for longer than the approval counts."""
        saved = await save(*arguments, **more)
        clock.later = timedelta(minutes=11)
        return saved

    harness.threads.save_step = save_and_wait  # type: ignore[method-assign]
    await harness.run_thread(thread.id)

    asked = await harness.the_card(thread)
    assert asked.card_ts is not None
    assert harness.slack.of(OutgoingKind.CARD)[-1].approval_id == asked.id
    harness.threads.save_step = save  # type: ignore[method-assign]
    await harness.vote(asked, YES)
    await harness.run_thread(thread.id)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE)[-1] == "[{'type': 'approve'}]"
