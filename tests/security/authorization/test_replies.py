"""Words in a thread, over both transports: what they decide, and what they do not."""

from collections.abc import Iterator
from typing import Any

import pytest

from countersign.testing.cards import approval_card
from slack_local.model.records import Message
from slack_local.payloads.events import deleted_events, message_events
from slack_local.payloads.serializers import message_json
from tests.support.processes.bots import until
from tests.support.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = {"question": "Pay?", "amount": 12}


async def test_an_edited_word_does_not_undo_and_a_note_says_so(either: Stage) -> None:
    card = await either.card(ASKED)
    await either.ws.bob.replies(card.thread, "approve")
    assert await either.resumed(card.thread) is True

    word = next(m for m in card.thread.messages() if m.text == "approve")
    await either.ws.bob.edits(word, "reject")

    await card.thread.wait_for("The decision stands")
    assert [event for event, _ in either.ledger(card.thread)] == ["opened", "decided", "resumed"]


async def test_a_guest_starts_nothing_and_hears_why_alone(either: Stage) -> None:
    thread = await either.ws.gus.mentions('ask: {"ask": "Pay?"}')

    await either.ws.gus.sees_ephemeral("Guests can't start an agent")
    assert thread.from_bot() == []


async def test_a_remark_is_answered_with_what_waits_and_the_word_after_it_decides(either: Stage) -> None:
    card = await either.card(ASKED)
    await either.ws.bob.replies(card.thread, "looks fine to me, approve it I guess")
    note = await card.thread.wait_for("waits for a decision")
    assert "approve" not in note.text

    await either.ws.bob.replies(card.thread, "Approved.")

    assert await either.resumed(card.thread) is True


async def test_a_word_answers_no_second_question(either: Stage) -> None:
    """The button of a high risk asks once more. `reject` needs no second question."""
    card = await either.card({"title": "Wipe the disk?", "risk": "high", "details": {"disk": "sda"}})
    assert "High risk: Wipe" in str(card.message.blocks)
    await either.ws.bob.replies(card.thread, "approve")
    await either.ws.bob.sees_ephemeral("approving this needs a confirmation")
    assert [event for event, _ in either.ledger(card.thread)] == ["opened"]

    await either.ws.bob.replies(card.thread, "reject")
    await either.resumed(card.thread)

    assert [event for event, _ in either.ledger(card.thread)] == ["opened", "decided", "resumed"]


def unnamed_deletion(stage: Stage, message: Message) -> Iterator[dict[str, Any]]:
    """`message_deleted` without the message that it was."""
    for body in deleted_events(stage.ws.slack, message, message_json(stage.ws.slack, message)):
        body["event"].pop("previous_message")
        yield body


async def test_a_word_whose_deletion_comes_first_and_does_not_name_it_decides_nothing(either: Stage) -> None:
    slack, delivery, bob = either.ws.slack, either.ws.delivery, either.ws.bob
    card = await either.card(ASKED)
    word = Message(
        channel=card.thread.channel, ts=slack.clock.ts(), user=bob.id, team=bob.user.team_id, text="approve",
        thread_ts=card.thread.ts,
    )  # fmt: skip
    slack.state.file_message(word)
    written = list(message_events(slack, word))
    delivery.events(unnamed_deletion(either, word))
    slack.state.remove_message(word)
    await until(
        lambda: either.rows("SELECT 1 FROM countersign.deleted_messages WHERE ts = %s", word.ts) != [],
        lambda: "the deletion to be stored",
    )

    delivery.events(written)

    await bob.sees_ephemeral("it was edited or deleted before I read it")
    assert [event for event, _ in either.ledger(card.thread)] == ["opened"]
    await bob.replies(card.thread, "approve")
    assert await either.resumed(card.thread) is True


async def test_a_deletion_after_the_decision_is_noted_even_if_it_does_not_name_the_word(
    either: Stage,
) -> None:
    card = await either.card(ASKED)
    await either.ws.bob.replies(card.thread, "approve")
    assert await either.resumed(card.thread) is True
    word = next(m for m in card.thread.messages() if m.text == "approve")

    either.ws.delivery.events(unnamed_deletion(either, word))

    await card.thread.wait_for("The decision stands")


async def test_a_card_whose_deletion_does_not_name_it_is_posted_again(either: Stage) -> None:
    card = await either.card(ASKED)
    deleted = list(unnamed_deletion(either, card.message))
    either.ws.slack.state.remove_message(card.message)

    either.ws.delivery.events(deleted)

    again = await approval_card(card.thread)
    assert again.message.ts != card.message.ts
    await again.reject(by=either.ws.bob)
    await either.resumed(card.thread)
