"""What the clock does to approvals, on a real database: reminders, escalation, expiry, and undo."""

import asyncio
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import Expired, MayNotDecide, NotPending
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Outcome, Phase, Status
from countersign.approvals.policy.voting.row_votes import NothingToWithdraw
from countersign.flow.decisions.undo import UndoDecision
from countersign.flow.errors import Conflict
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.policy.voting import Voting
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from tests.flow.asking_graphs import by_dialect, refunds
from tests.support.clocks import StillClock
from tests.support.harness import CHANNEL, Harness, open_harness, until
from tests.support.under_policy import REQUESTER, card_under, last_agent_message, notes, stored

YES, EDIT, NO = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT
HOUR = timedelta(hours=1)
NAMED = '[[rule]]\nname = "r"\n'
ESCALATES = 'escalate_after = "1h"\nescalate_to = {group = "@oncall"}\n'


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def harness(database_url: str, clock: StillClock) -> AsyncIterator[Harness]:
    async with open_harness(database_url, by_dialect(), clock=clock) as opened:
        opened.directory.groups = {"@finance": {"UBOB", "UCAROL"}, "@oncall": {"UDAVE"}}
        yield opened


async def details(harness: Harness, thread: ThreadRef, event: str) -> list[dict[str, Any]]:
    found = await harness.rows(
        "SELECT detail FROM countersign.ledger WHERE thread_id = %s AND event = %s ORDER BY id",
        thread.id,
        event,
    )
    return [row["detail"] for row in found]


# --- expiry


@pytest.mark.parametrize(
    ("graph", "answer"),
    [
        ("one", "[{'type': 'reject', 'message': 'Expired: nobody answered by 2026-11-26 11:00 UTC.'}]"),
        ("approve", '{"got": false}'),
        ("inbox", '{"got": [{"type": "ignore", "args": null}]}'),
        ("review", '{"got": ["feedback", "Expired: nobody answered by 2026-11-26 11:00 UTC."]}'),
    ],
)
async def test_what_nobody_answers_is_rejected_in_the_words_of_its_dialect(
    harness: Harness, clock: StillClock, graph: str, answer: str
) -> None:
    thread, card = await card_under(harness, NAMED + 'expire_after = "1h"\n', f"{graph}: go")
    clock.now += HOUR - timedelta(seconds=1)
    assert await harness.timers.run_due() == 0
    clock.now += timedelta(seconds=1)
    assert await harness.timers.run_due() == 1
    decided = await stored(harness, card)
    assert (decided.status, decided.outcome) == (Status.DECIDED, Outcome.EXPIRED)
    assert notes(harness) == [
        f"Expired: “{title(card)}”. Nobody answered by 2026-11-26 11:00 UTC. The rule rejected it."
    ]
    (told,) = harness.slack.of(OutgoingKind.NOTE)
    assert isinstance(told.body, dict)
    assert told.body["mentions"] == [REQUESTER]

    await harness.run_thread(thread.id)

    assert last_agent_message(harness) == answer
    assert (await stored(harness, card)).status is Status.EXPIRED
    assert await harness.ledger(thread) == ["opened", "timed_out", "resumed"]


def title(approval: Approval) -> str:
    return Review(approval).shown.title


async def test_the_rules_own_words_are_the_answer(harness: Harness, clock: StillClock) -> None:
    rule = NAMED + 'expire_after = "1h"\non_expiry = "respond: Nobody is here. Try tomorrow."\n'
    for graph, answer in [
        ("one", "[{'type': 'respond', 'message': 'Nobody is here. Try tomorrow.'}]"),
        ("words", '{"got": "Nobody is here. Try tomorrow."}'),
        ("inbox", '{"got": [{"type": "response", "args": "Nobody is here. Try tomorrow."}]}'),
        ("approve", '{"got": false}'),  # it takes no words: then it is a no
    ]:
        thread, _ = await card_under(harness, rule, f"{graph}: go")
        clock.now += HOUR
        await harness.timers.run_due()
        await harness.run_thread(thread.id)
        assert last_agent_message(harness) == answer


async def test_on_expiry_approve_approves_where_nobody_objected(harness: Harness, clock: StillClock) -> None:
    rule = NAMED + 'expire_after = "1h"\non_expiry = "approve"\nquorum = 2\nrejections = 2\n'
    thread, card = await card_under(harness, rule)
    await harness.vote(card, YES, user="UBOB")
    clock.now += HOUR
    await harness.timers.run_due()
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"
    assert (await stored(harness, card)).outcome is Outcome.EXPIRED

    for objection in (NO, EDIT):
        thread, card = await card_under(harness, rule)
        value: Json = {"amount": 9, "to": "Ann"} if objection is EDIT else None
        await harness.vote(card, objection, value, user="UBOB")
        clock.now += HOUR
        await harness.timers.run_due()
        await harness.run_thread(thread.id)
        assert "'type': 'reject'" in last_agent_message(harness)


FREEZE = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
SUMMARY:Freeze
DTSTART:20261126T000000Z
DTEND:20261128T000000Z
END:VEVENT
END:VCALENDAR
"""


async def test_nothing_is_approved_by_expiry_in_a_freeze(harness: Harness, clock: StillClock) -> None:
    rule = NAMED + 'expire_after = "1h"\non_expiry = "approve"\nfreeze = "freeze.ics"\n'
    thread, card = await card_under(harness, rule, freeze=FREEZE)
    clock.now += HOUR
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.PENDING
    assert "It stays open: a freeze is on." in notes(harness)[-1]
    assert await harness.ledger(thread) == ["opened", "timed_out"]


@pytest.mark.parametrize(("graph", "on_expiry"), [("one", "keep"), ("words", "keep"), ("words", "approve")])
async def test_what_is_kept_or_cannot_be_approved_stays_open_and_is_posted_once(
    harness: Harness, clock: StillClock, graph: str, on_expiry: str
) -> None:
    rule = NAMED + f'expire_after = "1h"\non_expiry = "{on_expiry}"\n'
    thread, card = await card_under(harness, rule, f"{graph}: go")
    for _ in range(3):
        clock.now += HOUR
        await harness.timers.run_due()
    assert len(notes(harness)) == 1
    assert "It stays open" in notes(harness)[0]
    assert (await stored(harness, card)).due_at is None
    assert await harness.ledger(thread) == ["opened", "timed_out"]
    await harness.answer(await harness.the_card(thread), YES if graph == "one" else DecisionKind.RESPOND,
                         None if graph == "one" else "staging")  # fmt: skip
    assert last_agent_message(harness) in {"[{'type': 'approve'}]", '{"got": "staging"}'}


async def test_a_question_that_takes_no_rejection_expires_and_its_run_is_cancelled(
    harness: Harness, clock: StillClock
) -> None:
    """No text that says no is sent to a question: its graph may take any text for a yes."""
    thread, card = await card_under(harness, NAMED + 'expire_after = "1h"\n', "words: go")
    clock.now += HOUR
    await harness.timers.run_due()
    await harness.run_thread(thread.id)
    expired = await stored(harness, card)
    assert (expired.status, expired.outcome) == (Status.EXPIRED, Outcome.EXPIRED)
    (told,) = notes(harness)
    assert told.startswith("Nobody answered by 2026-11-26 11:00 UTC. The run was cancelled, and the agent ")
    assert told.endswith("To start over, send a new message here.")
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == []
    assert await harness.ledger(thread) == ["opened", "timed_out", "run_cancelled"]
    await harness.say(thread, "again")
    assert (await harness.the_card(thread)).id != card.id


async def test_each_row_expires_under_its_own_rule(harness: Harness, clock: StillClock) -> None:
    rules = """
[[rule]]
name = "small"
when = "args.amount < 1000"
expire_after = "1h"
on_expiry = "approve"
[[rule]]
name = "large"
expire_after = "2h"
"""
    thread, card = await card_under(harness, rules, "two: go")
    clock.now += HOUR
    await harness.timers.run_due()
    half = await stored(harness, card)
    assert (half.status, half.open_rows) == (Status.PENDING, (1,))
    clock.now += HOUR
    await harness.timers.run_due()
    await harness.run_thread(thread.id)
    assert last_agent_message(harness).startswith("[{'type': 'approve'}, {'type': 'reject'")
    assert (await stored(harness, card)).status is Status.EXPIRED
    assert await harness.ledger(thread) == ["opened", "timed_out", "timed_out", "resumed"]


async def test_a_row_that_a_person_decided_is_not_called_expired(harness: Harness, clock: StillClock) -> None:
    _, card = await card_under(harness, NAMED + 'expire_after = "1h"\n', "two: go")
    await harness.vote(card, YES, row=0)
    clock.now += HOUR
    await harness.timers.run_due()
    decided = await stored(harness, card)
    assert (decided.outcome, [vote and vote.expired for vote in decided.votes]) == (
        Outcome.APPROVED,
        [False, True],
    )
    with pytest.raises(NotPending, match="Nobody answered by"):
        decided.check_open(1, decided.digest)


# --- the clock itself


async def test_working_hours_and_a_change_to_winter_time(harness: Harness, clock: StillClock) -> None:
    """The night of 25 October 2026 has 25 hours in Berlin: the clock runs in real time."""
    hours = 'hours = {days = "Mon-Sun", from = "00:00", to = "24:00", zone = "Europe/Berlin"}\n'
    clock.now = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    _, card = await card_under(harness, NAMED + 'expire_after = "4h"\n' + hours)
    clock.now = datetime(2026, 10, 25, 2, 29, tzinfo=UTC)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.PENDING
    clock.now += timedelta(minutes=1)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.DECIDED


async def test_what_is_asked_on_friday_evening_expires_on_monday(harness: Harness, clock: StillClock) -> None:
    hours = 'hours = {days = "Mon-Fri", from = "09:00", to = "17:00", zone = "UTC", holidays = "DE"}\n'
    clock.now = datetime(2026, 12, 24, 16, tzinfo=UTC)  # 25 December is a holiday, 26 and 27 a weekend
    _, card = await card_under(harness, NAMED + 'expire_after = "2h"\n' + hours)
    for at in (datetime(2026, 12, 27, 23, tzinfo=UTC), datetime(2026, 12, 28, 9, 59, tzinfo=UTC)):
        clock.now = at
        await harness.timers.run_due()
        assert (await stored(harness, card)).status is Status.PENDING
    clock.now = datetime(2026, 12, 28, 10, tzinfo=UTC)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.DECIDED


async def test_a_clock_that_jumps_by_a_day_either_way(harness: Harness, clock: StillClock) -> None:
    rule = NAMED + 'remind_after = "1h"\nexpire_after = "3d"\n'
    thread, card = await card_under(harness, rule)
    clock.now += timedelta(days=1)
    await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "reminded"]
    clock.now -= timedelta(days=2)
    assert await harness.timers.run_due() == 0
    clock.now += timedelta(days=2)
    await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "reminded"], "it is reminded of once"
    clock.now += timedelta(days=2)
    await harness.timers.run_due()
    assert (await stored(harness, card)).outcome is Outcome.EXPIRED


async def test_after_days_without_a_bot_only_the_expiry_is_posted(
    harness: Harness, clock: StillClock
) -> None:
    rule = NAMED + 'remind_after = "1h"\nexpire_after = "3h"\n' + ESCALATES
    thread, _ = await card_under(harness, rule)
    clock.now += timedelta(days=3)
    await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "timed_out"]


async def test_a_timer_that_comes_early_or_twice_does_nothing(harness: Harness, clock: StillClock) -> None:
    """Such as in two processes at once, or with a due time that is not the approval's any more."""
    thread, card = await card_under(harness, NAMED + 'expire_after = "1h"\n')
    await harness.timers.fire(card.id)
    assert (await stored(harness, card)) == card
    await harness.rows("UPDATE countersign.approvals SET due_at = now() - interval '10 years'")
    assert await harness.timers.run_due() == 1
    assert await harness.timers.run_due() == 0, "the due time was put right"
    clock.now += HOUR
    await asyncio.gather(*(harness.timers.run_due() for _ in range(5)))
    assert await harness.ledger(thread) == ["opened", "timed_out"]
    assert len(notes(harness)) == 1


async def test_a_timer_outlives_the_bot(database_url: str, clock: StillClock) -> None:
    """It is due while no bot runs, and fires when one does."""
    async with open_harness(database_url, {"one": refunds(1500)}, clock=clock) as before:
        thread, card = await card_under(before, NAMED + 'expire_after = "1h"\n')
    clock.now += timedelta(hours=5)
    async with open_harness(database_url, {"one": refunds(1500)}, clock=clock) as after:
        await after.timers.run_due()
        await after.run_thread(thread.id)
        assert (await stored(after, card)).status is Status.EXPIRED
        assert "by 2026-11-26 11:00 UTC" in last_agent_message(after), (
            "the deadline is told, not when it was noticed"
        )


async def test_a_timer_that_fails_does_not_hold_up_the_others(
    harness: Harness, clock: StillClock, logged: list[MutableMapping[str, Any]]
) -> None:
    _, broken = await card_under(harness, NAMED + 'expire_after = "1h"\n')
    _, whole = await card_under(harness, NAMED + 'expire_after = "1h"\n')
    await harness.rows("UPDATE countersign.approvals SET rules = '{}' WHERE id = %s", broken.id)
    clock.now += HOUR
    await harness.timers.run_due()
    assert (await stored(harness, whole)).status is Status.DECIDED
    assert [entry["approval_id"] for entry in logged if entry["event"] == "timer_failed"] == [str(broken.id)]
    assert await harness.timers.run_due() == 0, "it is tried again later"


async def test_the_clock_starts_anew_when_the_graph_refused_the_answer(
    harness: Harness, clock: StillClock
) -> None:
    _, card = await card_under(harness, NAMED + 'expire_after = "1h"\n')
    clock.now += timedelta(minutes=50)
    decided = await harness.vote(card, YES)
    again = decided.reopened("Not this.", clock.now)
    await harness.threads.decide(Change(after=again, event=Event.REOPENED))
    clock.now += timedelta(minutes=50)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.PENDING
    clock.now += timedelta(minutes=10)
    await harness.timers.run_due()
    assert (await stored(harness, card)).status is Status.DECIDED


@pytest.mark.parametrize("on_expiry", ["reject", "approve"])
async def test_a_vote_that_comes_too_late_does_not_count_even_if_no_worker_ran(
    harness: Harness, clock: StillClock, on_expiry: str
) -> None:
    thread, card = await card_under(harness, NAMED + f'expire_after = "1h"\non_expiry = "{on_expiry}"\n')
    person = await harness.slack.person("UBOB", None)
    clock.now += HOUR
    for vote in (YES, NO):
        with pytest.raises(Expired):
            await harness.vote(card, vote)
        with pytest.raises(Expired):
            await harness.decide.find_open(card.id, card.digest, 0, CHANNEL, person, vote)
    assert await harness.ledger(thread) == ["opened"]
    await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "timed_out"]


class DecisionBarrier:
    """Lets saves of an approval go on only once so many wait: they have read the same row then."""

    def __init__(self, store: Any, waits_for: int) -> None:
        self._store = store
        self._barrier = asyncio.Barrier(waits_for)
        self.used = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def has_one(self) -> bool:
        return self._barrier.n_waiting == 1

    async def decide(self, change: Change, post: Sequence[Outgoing] = ()) -> None:
        if self.used < 2:
            self.used += 1
            await self._barrier.wait()
        await self._store.decide(change, post)


def barrier_before_decisions() -> tuple[list[Any], Callable[[str, Any], Any]]:
    """A list that is to hold the barrier, and what puts it before a harness's store."""
    gate: list[Any] = []

    def wrap(name: str, port: Any) -> Any:
        if name != "store":
            return port
        gate.append(DecisionBarrier(port, 2))
        return gate[0]

    return gate, wrap


@pytest.mark.parametrize("round_", range(4))
async def test_an_expiry_and_the_last_vote_of_a_quorum_in_the_same_moment(
    database_url: str, clock: StillClock, round_: int
) -> None:
    """On two connections that both read the approval as pending: one of them counts, and only one."""
    gate, wrap = barrier_before_decisions()
    async with open_harness(database_url, {"one": refunds(1500)}, clock=clock, wrap=wrap) as harness:
        thread, card = await card_under(harness, NAMED + 'quorum = 2\nexpire_after = "1h"\n')
        gate[0].used = 2
        await harness.vote(card, YES, user="UBOB")
        gate[0].used = 0
        half = await harness.the_card(thread)
        in_time = asyncio.create_task(harness.vote(half, YES, user="UCAROL"))
        await until(gate[0].has_one)
        clock.now += HOUR
        results = await asyncio.gather(in_time, harness.timers.run_due(), return_exceptions=True)
        await harness.run_thread(thread.id)
        ledger = await harness.ledger(thread)
        assert ledger in (
            ["opened", "voted", "timed_out", "resumed"],
            ["opened", "voted", "decided", "resumed"],
        )
        lost = [result for result in results if isinstance(result, Conflict | NotPending)]
        assert len(lost) == (1 if "timed_out" in ledger else 0)
        assert ("reject" in last_agent_message(harness)) == ("timed_out" in ledger)


# --- reminders and escalation


async def test_a_reminder_is_posted_once_in_the_thread_and_to_who_is_notified(
    harness: Harness, clock: StillClock
) -> None:
    rule = NAMED + 'approvers = [{group = "@finance"}]\nnotify = ["UCAROL"]\nremind_after = "1h"\n'
    thread, card = await card_under(harness, rule)
    clock.now += HOUR
    await harness.timers.run_due()
    clock.now += HOUR
    await harness.timers.run_due()
    reminders = [text for text in notes(harness) if text.startswith("Reminder")]
    assert reminders == [f"Reminder: “{title(card)}” waits for a decision. Still needed: one of @finance."]
    why = [(row.channel, row.body) for row in harness.slack.of(OutgoingKind.DIRECT)]
    assert why.count(("UCAROL", {"why": "reminded"})) == 1
    assert await harness.ledger(thread) == ["opened", "reminded"]


async def test_an_escalation_adds_the_fallback_and_notifies_the_thread_and_them(
    harness: Harness, clock: StillClock
) -> None:
    rule = (
        NAMED
        + 'approvers = [{group = "@finance"}]\nescalate_after = "1h"\nescalate_to = {group = "@oncall"}\n'
    )
    thread, card = await card_under(harness, rule)
    with pytest.raises(MayNotDecide):
        await harness.vote(card, YES, user="UDAVE")
    clock.now += HOUR
    await harness.timers.run_due()
    (told,) = notes(harness)
    assert told.startswith(
        f"Escalated: nobody has decided “{title(card)}” within 1 hour, so @oncall may decide"
    )
    assert "Still needed: one of @finance." in told
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UDAVE"]
    assert (await details(harness, thread, "escalated"))[0]["notified"] == ["UDAVE"]
    clock.now -= 2 * HOUR  # the escalation stands, whatever the clock says later
    await harness.vote(await harness.the_card(thread), YES, user="UDAVE")
    await harness.delivery.update_messages(card.id)
    assert list(harness.slack.updated.values()) == [Phase.DECIDED]
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_message_that_arrives_after_the_decision_is_closed_by_the_sweep(
    harness: Harness, clock: StillClock
) -> None:
    rule = NAMED + ESCALATES
    thread, _ = await card_under(harness, rule)
    clock.now += HOUR
    await harness.timers.run_due()
    await harness.vote(await harness.the_card(thread), YES)
    await harness.rows("UPDATE countersign.approval_messages SET outdated_at = now() - interval '1 minute'")
    assert await harness.delivery.update_outdated_messages() == 1
    assert await harness.delivery.update_outdated_messages() == 0
    assert list(harness.slack.updated.values()) == [Phase.DECIDED]


async def test_the_requester_hears_the_outcome_and_why(harness: Harness) -> None:
    thread, card = await card_under(harness, NAMED)
    await harness.vote(card, NO, user="UBOB")
    await harness.delivery.deliver_thread(CHANNEL, thread.ts)
    assert notes(harness) == [f"Rejected by ubob: “{title(card)}”."]

    thread, card = await card_under(harness, NAMED)
    await harness.vote(card, YES, user=REQUESTER)
    await harness.delivery.deliver_thread(CHANNEL, thread.ts)
    assert len(notes(harness)) == 1, "who decided it knows"


# --- undo

UNDO = NAMED + "undo = 30\n"


def undo_of(harness: Harness, clock: StillClock) -> UndoDecision:
    return UndoDecision(harness.threads, Voting(harness.policy, harness.directory, clock), clock)


async def test_a_decision_reaches_the_graph_once_it_can_no_longer_be_undone(
    harness: Harness, clock: StillClock
) -> None:
    thread, card = await card_under(harness, UNDO)
    decided = await harness.vote(card, YES, user="UBOB")
    assert decided.undo_until == clock.now + timedelta(seconds=30)
    await harness.run_thread(thread.id)
    assert await harness.threads.requeue_orphaned() == ()
    assert not harness.slack.texts(OutgoingKind.AGENT_MESSAGE)
    assert notes(harness) == []
    clock.now += timedelta(seconds=30)
    await harness.timers.run_due()
    assert notes(harness) == [f"Approved by ubob: “{title(card)}”."]
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"
    assert await harness.ledger(thread) == ["opened", "decided", "sent", "resumed"]


async def test_undo_takes_one_vote_back_and_leaves_the_others(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, UNDO + "quorum = 2\n")
    await harness.vote(card, YES, user="UBOB")
    await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    carol = await harness.slack.person("UCAROL")
    undone = (await undo_of(harness, clock)(card.id, CHANNEL, carol)).approval
    assert undone.status is Status.PENDING
    assert [vote.by.id for vote in undone.votes_on(0).votes] == ["UBOB"]
    assert [str(needed) for needed in undone.votes_on(0).needed] == ["one of the workspace's members"]
    clock.now += HOUR
    assert await harness.timers.run_due() == 0
    await harness.run_thread(thread.id)
    assert await harness.ledger(thread) == ["opened", "voted", "decided", "undone"]
    await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    clock.now += HOUR
    await harness.timers.run_due()
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_undo_is_for_who_voted_and_in_time(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, UNDO)
    await harness.vote(card, YES, user="UBOB")
    undo = undo_of(harness, clock)
    with pytest.raises(NothingToWithdraw):
        await undo(card.id, CHANNEL, await harness.slack.person("UCAROL"))
    clock.now += timedelta(seconds=30)
    for _ in range(2):  # before its timer fired, and after
        with pytest.raises(NotPending, match="too late"):
            await undo(card.id, CHANNEL, await harness.slack.person("UBOB"))
        await harness.timers.run_due()
    assert await harness.ledger(thread) == ["opened", "decided", "sent"]


async def test_undo_and_the_end_of_its_period_in_the_same_moment(
    database_url: str, clock: StillClock
) -> None:
    """Both have read the decision as undoable: one of them counts."""
    gate: list[Any] = []

    def wrap(name: str, port: Any) -> Any:
        if name == "store":
            gate.append(DecisionBarrier(port, 2))
        return gate[0] if name == "store" else port

    async with open_harness(database_url, {"one": refunds(1500)}, clock=clock, wrap=wrap) as harness:
        thread, card = await card_under(harness, UNDO)
        gate[0].used = 2
        await harness.vote(card, YES, user="UBOB")
        bob = await harness.slack.person("UBOB")
        early = StillClock()
        early.now = clock.now
        undo = UndoDecision(gate[0], Voting(harness.policy, harness.directory, clock), early)
        clock.now += timedelta(seconds=30)
        gate[0].used = 0
        results = await asyncio.gather(
            harness.timers.run_due(), undo(card.id, CHANNEL, bob), return_exceptions=True
        )
        await harness.run_thread(thread.id)
        refused = [result for result in results if isinstance(result, NotPending)]
        ledger = await harness.ledger(thread)
        if refused:
            assert ledger == ["opened", "decided", "sent", "resumed"]
        else:
            assert ledger == ["opened", "decided", "undone"]
            assert not harness.slack.texts(OutgoingKind.AGENT_MESSAGE)


async def test_a_word_in_the_thread_decides_and_can_be_undone(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, UNDO)
    await harness.say(thread, "approve", user="UBOB")
    assert (await stored(harness, card)).is_undoable
    await undo_of(harness, clock)(card.id, CHANNEL, await harness.slack.person("UBOB"))
    assert (await harness.the_card(thread)).open_rows == (0,)
    assert await harness.ledger(thread) == ["opened", "decided", "undone"]


async def test_a_message_in_the_undo_period_is_no_input(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, UNDO)
    await harness.vote(card, YES)
    await harness.say(thread, "hello?")
    assert "can still be undone" in notes(harness)[-1]
    assert (await stored(harness, card)).is_undoable
