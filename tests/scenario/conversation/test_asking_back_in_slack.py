"""What is asked back over the wire: buttons for one writer alone, checked when they are pressed."""

import json
from typing import Any

import pytest

from countersign.testing.cards import approval_card
from slack_local.block_kit.input_state import interactive_elements
from slack_local.model.records import Ephemeral
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from tests.support.stage import Stage

RISKY = {"question": "Wipe it?", "disk": "sda"}
REVIEW = {"tool_call": {"name": "pay", "args": {"amount": 3}, "id": "1"}}


async def queued(stage: Stage, name: str, wish: dict[str, Any], text: str) -> Thread:
    """A thread whose run asks this in a moment, with a message of carol's that came before."""
    thread = await stage.asks({"wait_for": name, **wish})
    await stage.reached(name)
    await stage.ws.carol.replies(thread, text)
    await stage.ws.delivery.idle()
    stage.release(name)
    return thread


async def asked(person: Person, thread: Thread, button: str) -> Ephemeral:
    """What only this person sees in the thread, with this button on it."""

    def fits(seen: Ephemeral) -> bool:
        return seen.thread_ts == thread.ts and button in labels(seen)

    return await person.sees_ephemeral(fits)


def decisions(stage: Stage, thread: Thread) -> list[str | None]:
    """Who decided in this thread."""
    return [name for event, name in stage.ledger(thread) if event == "decided"]


def labels(seen: Ephemeral) -> list[str]:
    return [element["text"]["text"] for _, element in interactive_elements(seen.blocks or [])]


async def test_a_message_just_before_a_question_becomes_its_answer(either: Stage) -> None:
    thread = await queued(either, "use", {"ask": "Which colour?"}, "blue")
    seen = await asked(either.ws.carol, thread, "Use as answer")
    assert labels(seen) == ["Use as answer", "Keep for later"]
    assert "The agent asks: Which colour?" in seen.text

    await either.ws.carol.clicks(seen, "reply:use")

    assert await either.resumed(thread) == "blue"
    assert [line["heard"] for line in either.noted(thread)] == [None]
    assert seen not in either.ws.carol.ephemerals, "it was asked and answered"


async def test_what_is_kept_for_later_is_read_later(either: Stage) -> None:
    thread = await queued(either, "keep", {"ask": "Which colour?"}, "and then the walls")
    seen = await asked(either.ws.carol, thread, "Keep for later")
    await either.ws.carol.clicks(seen, "reply:keep")

    await either.ws.carol.replies(thread, "red")

    assert await either.resumed(thread) == "red"
    await thread.wait_for("Heard: and then the walls")


async def test_what_nobody_says_anything_about_is_read_later_too(either: Stage) -> None:
    thread = await queued(either, "silent", {"ask": RISKY}, "and then the walls")
    card = await approval_card(thread)

    await card.approve(by=either.ws.bob)

    await thread.wait_for("Heard: and then the walls")


async def test_a_no_in_other_words_rejects_with_its_words_once_its_writer_says_so(either: Stage) -> None:
    thread = await either.asks({"ask": RISKY})
    card = await approval_card(thread)
    await either.ws.bob.replies(thread, "아니요, 다음 주에 해요")
    seen = await asked(either.ws.bob, thread, "Reject with this reason")
    assert labels(seen) == ["Reject with this reason", "Not an answer"]
    assert card.is_open

    await either.ws.bob.clicks(seen, "reply:reject")

    await card.closes()
    assert "다음 주에 해요" in card.text
    assert await either.resumed(thread) is False


async def test_feedback_is_sent_where_the_graph_takes_it(either: Stage) -> None:
    thread = await either.asks({"ask": REVIEW})
    await approval_card(thread)
    await either.ws.bob.replies(thread, "the amount is wrong")
    seen = await asked(either.ws.bob, thread, "Send as feedback")

    await either.ws.bob.clicks(seen, "reply:feedback")

    assert await either.resumed(thread) == ["feedback", "the amount is wrong"]


@pytest.mark.parametrize("change", ["edits", "deletes", "forges"])
async def test_a_press_counts_only_for_what_it_was_asked_about(either: Stage, change: str) -> None:
    thread = await either.asks({"ask": RISKY})
    await approval_card(thread)
    await either.ws.bob.replies(thread, "no, not today")
    seen = await asked(either.ws.bob, thread, "Reject with this reason")
    (said,) = [message for message in thread.messages() if message.text == "no, not today"]
    presser = either.ws.bob
    match change:
        case "edits":
            await either.ws.bob.edits(said, "yes, today")
        case "deletes":
            await either.ws.bob.deletes(said)
        case "forges":
            presser = either.ws.alice
    await either.ws.delivery.idle()
    before = decisions(either, thread)

    await presser.clicks(seen, "reply:reject")

    told = {"forges": "Only whoever wrote the message"}.get(change, "edited or deleted")
    await presser.sees_ephemeral(lambda each: each.thread_ts == thread.ts and told in each.text)
    assert decisions(either, thread) == before


@pytest.mark.parametrize("button", ["reply:reject", "reply:ignore"])
async def test_once_somebody_else_decided_the_question_in_private_says_so_in_its_place(
    either: Stage, button: str
) -> None:
    """Slack lets nobody change a message that one person sees before they press one of its buttons."""
    thread = await either.asks({"ask": RISKY})
    card = await approval_card(thread)
    await either.ws.bob.replies(thread, "no, not today")
    seen = await asked(either.ws.bob, thread, "Reject with this reason")
    await card.approve(by=either.ws.alice)
    await card.closes()

    await either.ws.bob.clicks(seen, button)

    if button == "reply:reject":
        now = await either.ws.bob.sees_ephemeral(lambda each: "already" in each.text)
        assert (now.id, labels(now)) == (seen.id, []), "in the place of the question"
        assert now.text == "This was approved by alice already, so nothing was changed."
    else:
        await either.ws.slack.changes.wait_for(
            "anything", lambda: seen not in either.ws.bob.ephemerals or None, limit=10, what="no question"
        )
    assert await either.resumed(thread) is True
    assert decisions(either, thread) == ["alice"]


async def test_a_question_in_private_about_what_was_edited_since_is_not_taken(stage: Stage) -> None:
    """What is decided on is another proposal by then: its writer has not said anything about that."""
    thread = await stage.asks({"ask": REVIEW})
    card = await approval_card(thread)
    await stage.ws.bob.replies(thread, "the amount is wrong")
    seen = await asked(stage.ws.bob, thread, "Send as feedback")
    await card.edit(stage.ws.alice, {"/amount": 2})
    await card.closes()

    await stage.ws.bob.clicks(seen, "reply:feedback")

    await stage.ws.bob.sees_ephemeral(lambda each: "edited and approved by alice already" in each.text)
    assert decisions(stage, thread) == ["alice"]


@pytest.mark.parametrize("button", ["reply:use", "reply:keep"])
async def test_a_kept_message_is_no_answer_once_there_is_one_and_is_read(stage: Stage, button: str) -> None:
    thread = await queued(stage, "late", {"ask": "Which colour?"}, "and then the walls")
    seen = await asked(stage.ws.carol, thread, "Use as answer")
    await stage.ws.bob.replies(thread, "red")
    assert await stage.resumed(thread) == "red"
    await thread.wait_for("Heard: and then the walls")

    await stage.ws.carol.clicks(seen, button)

    now = await stage.ws.carol.sees_ephemeral(lambda each: each.id == seen.id and not labels(each))
    assert now.text.startswith("This was answered by bob already")
    assert now.text.endswith("Your message is not lost: the agent reads it as a new one.")


async def test_what_is_no_answer_is_left_alone(either: Stage) -> None:
    thread = await either.asks({"ask": RISKY})
    card = await approval_card(thread)
    await either.ws.bob.replies(thread, "ok for me, but let us ask alice")
    seen = await asked(either.ws.bob, thread, "Not an answer")
    assert "use its card or write `approve`" in seen.text

    await either.ws.bob.clicks(seen, "reply:ignore")

    assert card.is_open
    assert len(either.ledger(thread)) == 1


async def test_a_message_that_has_to_wait_is_told_so(either: Stage) -> None:
    thread = await either.asks({"wait_for": "queue"})
    await either.reached("queue")

    await either.ws.bob.replies(thread, "and this")
    await either.ws.bob.sees_ephemeral(
        lambda seen: seen.thread_ts == thread.ts and seen.text.startswith("Queued. I'll read this")
    )
    either.release("queue")

    await thread.wait_for("Heard: and this")


async def test_a_conversation_is_begun_anew_once_that_is_confirmed(either: Stage) -> None:
    thread = await either.ws.carol.mentions("steps: the first thing")
    await thread.wait_for("Second step.")
    await either.ws.carol.mentions("reset", thread_ts=thread.ts)
    seen = await asked(either.ws.carol, thread, "Start over")
    await either.ws.carol.clicks(seen, "conversation:keep")
    await either.ws.carol.mentions("Reset!", thread_ts=thread.ts)
    again = await either.ws.carol.sees_ephemeral(
        lambda each: each.thread_ts == thread.ts and each.id > seen.id
    )

    await either.ws.carol.clicks(again, "conversation:reset")

    await thread.wait_for("Started over.")
    ((left,),) = either.rows("SELECT count(*) FROM checkpoints WHERE thread_id = %s", thread.id)
    assert left == 0
    await either.ws.carol.replies(thread, "the second thing")
    await thread.wait_for("Heard: the second thing")


async def test_an_answer_in_words_is_used_where_a_card_takes_text_alone(either: Stage) -> None:
    wish = {"ask": {"question": "Which colour?", "about": "the door"}}
    thread = await either.ws.carol.mentions(f"steps: {json.dumps(wish)}")
    await approval_card(thread)
    await either.ws.bob.replies(thread, "blue, like the windows")
    seen = await asked(either.ws.bob, thread, "Use as answer")
    assert labels(seen) == ["Use as answer", "Not an answer"]

    await either.ws.bob.clicks(seen, "reply:use")

    await thread.wait_for("Answered: blue, like the windows")
