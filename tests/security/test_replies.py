"""Words in a thread, over both transports: what they decide, and what they do not."""

import pytest

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


async def test_a_remark_is_told_what_waits_and_the_word_after_it_decides(either: Stage) -> None:
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
    await either.ws.bob.sees_ephemeral("approving this asks a second question")
    assert [event for event, _ in either.ledger(card.thread)] == ["opened"]

    await either.ws.bob.replies(card.thread, "reject")
    await either.resumed(card.thread)

    assert [event for event, _ in either.ledger(card.thread)] == ["opened", "decided", "resumed"]
