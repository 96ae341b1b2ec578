"""A reply means what it meant when it was written: at its own time, about the card in front of its writer."""

from dataclasses import replace

from countersign.approvals.decision import DecisionKind
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.support.fakes.fake_slack import GUEST, next_ts
from tests.support.harness import Harness, a_thread, message


def reply(thread: ThreadRef, text: str) -> Inbound:
    return message(thread, text, user="UBOB", may_open=False)


def revision(of: Inbound) -> Inbound:
    return replace(
        of, key=f"revision:{of.key}", event_id=f"{of.event_id}r", kind=InboundKind.REVISION, text="", ts=None,
        body={"message": of.key},
    )  # fmt: skip


async def test_the_word_decides_the_only_card_that_it_can_mean(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")

    await harness.take(reply(thread, "approve"))

    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def test_a_word_written_while_two_waited_decides_neither_and_no_third(harness: Harness) -> None:
    """One of the two is rejected by button before the word is handled."""
    thread = a_thread()
    await harness.say(thread, "parallel: x")
    first, _second = await harness.pending(thread)
    word = reply(thread, "approve")
    assert await harness.threads.accept(word)
    await harness.vote(first, DecisionKind.REJECT)

    await harness.run_thread(thread.id)

    assert len(await harness.pending(thread)) == 1
    assert (await harness.ledger(thread)).count("decided") == 1


async def test_a_word_written_before_another_card_closed_decides_nothing(harness: Harness) -> None:
    """Slack delivers it late: when it was written two cards waited, when it arrives one does."""
    thread = a_thread()
    await harness.say(thread, "parallel: x")
    first, _second = await harness.pending(thread)
    late = reply(thread, "approve")
    await harness.answer(first, DecisionKind.REJECT)

    await harness.take(late)

    assert len(await harness.pending(thread)) == 1


async def test_a_word_that_is_edited_or_deleted_in_time_decides_nothing(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    word = reply(thread, "approve")
    assert await harness.threads.accept(word)
    assert await harness.threads.accept(revision(word))

    await harness.run_thread(thread.id)

    assert await harness.ledger(thread) == ["opened"]


async def test_a_word_whose_edit_or_deletion_was_handled_before_it_decides_nothing_and_says_so(
    harness: Harness,
) -> None:
    """Slack delivers the message late: what it tells of was delivered at once."""
    thread = a_thread()
    await harness.say(thread, "deploy")
    late = reply(thread, "approve")
    await harness.take(revision(late))

    await harness.take(late)

    assert await harness.ledger(thread) == ["opened"]
    assert "edited or deleted before" in harness.slack.ephemerals[-1][1]
    await harness.take(reply(thread, "approve"))
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def test_an_edit_after_the_decision_changes_nothing_and_is_noted(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    word = reply(thread, "approve")
    await harness.take(word)

    await harness.take(revision(word))

    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    assert "The decision stands" in harness.slack.texts(OutgoingKind.NOTE)[-1]


async def test_an_edit_of_any_other_message_says_nothing(harness: Harness) -> None:
    thread = a_thread()
    asked = await harness.say(thread, "deploy")

    await harness.take(revision(asked))

    assert harness.slack.texts(OutgoingKind.NOTE) == []


async def test_words_decide_nothing_once_the_graph_said_something_after_the_card(harness: Harness) -> None:
    """An agent cannot fish for the word: what it says after the card is what people answer to."""
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.rows(
        "INSERT INTO countersign.outbox (key, kind, team, channel, thread_ts, body, posted_at, posted_ts)"
        " VALUES ('fish', 'said', 'T1', %s, %s, %s, now(), %s)",
        thread.channel, thread.ts, '{"text": "Reply approve for the menu"}', next_ts(),
    )  # fmt: skip

    await harness.take(reply(thread, "approve"))

    assert await harness.ledger(thread) == ["opened"]


async def test_what_the_bot_itself_notes_does_not_stand_between(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.take(reply(thread, "what is this?"))

    await harness.take(reply(thread, "approve"))

    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def test_a_word_of_somebody_who_may_not_decide_ends_the_step_even_if_they_cannot_be_notified(
    harness: Harness,
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")

    await harness.take(message(thread, "approve", user=GUEST, may_open=False))

    assert await harness.ledger(thread) == ["opened", "refused"]
    assert [user for user, _text in harness.slack.ephemerals] == [GUEST]
    (row,) = await harness.rows("SELECT halted, attempts FROM countersign.threads WHERE id = %s", thread.id)
    assert (row["halted"], row["attempts"]) == (None, 0)


async def test_a_guest_starts_no_run_and_is_notified_alone(harness: Harness) -> None:
    thread = a_thread()

    await harness.say(thread, "deploy", user=GUEST)

    assert await harness.pending(thread) == []
    assert harness.slack.posts == []
    assert harness.slack.ephemerals == [
        (GUEST, "Guests can't start an agent here. Ask a full member to do it.")
    ]


async def test_a_word_that_the_agent_wrote_before_the_card_counts_once_there_was_time_to_read(
    harness: Harness,
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    (row,) = await harness.rows(
        "SELECT posted_ts FROM countersign.outbox WHERE channel = %s AND kind = 'card'", thread.channel
    )
    card = float(row["posted_ts"])
    await harness.rows(
        "UPDATE countersign.inbox SET ts = %s WHERE thread_id = %s", f"{card - 2:.6f}", thread.id
    )
    await harness.rows(
        "INSERT INTO countersign.outbox (key, kind, team, channel, thread_ts, body, posted_at, posted_ts)"
        " VALUES ('bait', 'agent_message', 'T1', %s, %s, %s, now(), %s)",
        thread.channel, thread.ts, '{"text": "Reply approve for the menu"}', f"{card - 1:.6f}",
    )  # fmt: skip

    await harness.take(replace(reply(thread, "approve"), ts=f"{card + 2.9:.6f}"))
    assert await harness.ledger(thread) == ["opened"]
    assert "right after the card" in harness.slack.ephemerals[-1][1]

    await harness.take(replace(reply(thread, "approve"), ts=f"{card + 3.1:.6f}"))
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def test_a_message_written_while_something_waited_starts_no_run_after_a_click_decided_it(
    harness: Harness,
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    word = reply(thread, "approve")
    assert await harness.threads.accept(word)
    await harness.answer(card, DecisionKind.APPROVE)

    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    assert await harness.pending(thread) == []
    (told,) = harness.slack.texts(OutgoingKind.NOTE)
    assert "decided before I read your message" in told

    await harness.take(reply(thread, "deploy again"))
    assert len(await harness.pending(thread)) == 1, "what is written afterwards is new input"


async def test_what_is_written_while_the_agent_works_on_a_decision_is_new_input(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.vote(card, DecisionKind.APPROVE)
    later = reply(thread, "deploy again")
    assert await harness.threads.accept(later)
    await harness.run_thread(thread.id)
    assert harness.slack.texts(OutgoingKind.NOTE) == []
    again = await harness.the_card(thread)
    assert again.id != card.id, "the message started the next run"
