"""What is forgotten: what is long at rest, and never what waits."""

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import NotPending
from countersign.flow.outgoing import OutgoingKind
from countersign.flow.retention import Retention
from countersign.flow.thread import ThreadRef
from countersign.runs.checkpoints import Checkpoints
from countersign.store.retention import RetentionStore
from tests.support.house import House, a_thread, message

YES = DecisionKind.APPROVE


def retention(house: House, days: float | None) -> Retention:
    return Retention(RetentionStore(house.pool), house.locks, Checkpoints(), days)


async def rested(house: House, thread: ThreadRef, interval: str) -> None:
    """Nobody touched the thread for so long."""
    await house.rows(
        "UPDATE countersign.threads SET touched_at = now() - %s::interval WHERE id = %s", interval, thread.id
    )


async def checkpoints(house: House, thread: ThreadRef) -> int:
    (found,) = await house.rows("SELECT count(*) AS n FROM checkpoints WHERE thread_id = %s", thread.id)
    return int(found["n"])


async def test_a_thread_at_rest_keeps_its_latest_checkpoint_and_goes_on_from_it(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "echo: one")
    await house.say(thread, "two")
    before = await checkpoints(house, thread)
    await retention(house, None)()
    assert await checkpoints(house, thread) == before  # it was touched just now
    await rested(house, thread, "2 hours")

    await retention(house, None)()

    assert before > 1
    assert await checkpoints(house, thread) == 1
    await house.say(thread, "three")
    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == [
        "You said one.",
        "You said two.",
        "You said three.",
    ]


async def test_what_waits_is_never_forgotten(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    await rested(house, thread, "1 year")

    await retention(house, 1)()

    await house.answer(await house.the_card(thread), YES)
    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]


async def test_a_message_that_is_held_is_never_forgotten(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "echo: one")
    await house.rows(
        "UPDATE countersign.inbox SET parked_at = now(), received_at = now() - interval '1 year' "
        "WHERE thread_id = %s",
        thread.id,
    )

    await retention(house, None)()

    assert await house.rows("SELECT 1 FROM countersign.inbox WHERE thread_id = %s", thread.id)


async def test_after_its_days_all_of_a_thread_is_forgotten_but_its_ledger(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    await house.answer(card, YES)
    await rested(house, thread, "91 days")

    await retention(house, 90)()

    assert await checkpoints(house, thread) == 0
    for table in ("inbox", "approvals"):
        assert not await house.rows(f"SELECT 1 FROM countersign.{table} WHERE thread_id = %s", thread.id)
    assert await house.ledger(thread) == ["opened", "decided", "resumed"]
    with pytest.raises(NotPending, match="cleaned up"):
        await house.vote(card, YES)


async def test_for_ever_is_for_ever(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "echo: one")
    await rested(house, thread, "10 years")

    await retention(house, None)()

    assert await house.rows("SELECT 1 FROM countersign.threads WHERE id = %s", thread.id)


async def test_that_somebody_replied_elsewhere_is_forgotten_soon(house: House) -> None:
    for seconds in (700, 0):
        await house.threads.accept(message(a_thread(), "chatter", may_open=False))
        await house.rows(
            "UPDATE countersign.early_replies SET told_at = told_at - %s * interval '1 second'", seconds
        )

    await retention(house, None)()

    assert len(await house.rows("SELECT 1 FROM countersign.early_replies")) == 1


async def test_events_that_slack_cannot_repeat_any_more_are_forgotten(house: House) -> None:
    thread = a_thread()
    old = await house.say(thread, "echo: one")
    await house.rows("UPDATE countersign.inbox SET received_at = now() - interval '27 hours'")
    new = await house.say(thread, "two")

    await retention(house, None)()

    kept = [row["key"] for row in await house.rows("SELECT key FROM countersign.inbox")]
    assert kept == [new.key]
    assert old.key not in kept
