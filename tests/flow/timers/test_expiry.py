"""What becomes of an approval that nobody decides in time: it is rejected, approved, answered or kept."""

from datetime import timedelta

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import NotPending
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Outcome, Status
from countersign.approvals.policy.policy import NO_POLICY
from countersign.flow.messages.outgoing import OutgoingKind
from tests.flow.timers.still_harness import NAMED, harness
from tests.support.fakes.clocks import StillClock
from tests.support.harness import Harness, a_thread
from tests.support.under_policy import REQUESTER, card_under, last_agent_message, notes, stored, title

__all__ = ["harness"]

YES, EDIT, NO = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT
HOUR = timedelta(hours=1)


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


async def test_without_a_policy_a_request_ends_when_it_says(harness: Harness, clock: StillClock) -> None:
    harness.policy.policy = NO_POLICY
    thread = a_thread()
    await harness.say(thread, "ends: go")
    card = await harness.the_card(thread)
    clock.now += HOUR - timedelta(seconds=1)
    assert await harness.timers.run_due() == 0
    clock.now += timedelta(seconds=1)
    assert await harness.timers.run_due() == 1
    with pytest.raises(NotPending):
        await harness.vote(card, YES, user="UBOB")
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == '{"got": false}'
    assert (await stored(harness, card)).status is Status.EXPIRED


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
