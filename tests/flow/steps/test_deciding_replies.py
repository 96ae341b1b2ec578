"""Replies while something waits: which decide, which are explained, and which are left alone."""

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.messages.outgoing import OutgoingKind
from tests.support.fakes.fake_slack import GUEST, refused
from tests.support.harness import Harness, a_thread, message

TELL = DecisionKind.RESPOND


async def test_a_message_while_something_waits_is_no_input(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.say(thread, "yes, but only half")
    assert await harness.the_card(thread) == card
    (note,) = harness.slack.texts(OutgoingKind.NOTE)
    assert "Do it?" in note


async def test_a_reply_decides_and_is_not_passed_on(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.say(thread, "reject not today", user="UBOB")
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Left deploy."]
    (entry,) = await harness.rows(
        "SELECT actor_id, detail FROM countersign.ledger WHERE thread_id = %s AND event = 'decided'",
        thread.id,
    )
    assert entry["actor_id"] == "UBOB"
    assert entry["detail"]["via"] == "reply"
    assert entry["detail"]["rows"]["0"]["message"] == "not today"


async def test_a_guests_reply_changes_nothing_and_is_explained_to_the_guest_alone(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.say(thread, "approve", user=GUEST)
    assert await harness.the_card(thread) == card
    assert [user for user, _ in harness.slack.ephemerals] == [GUEST]
    assert not harness.slack.of(OutgoingKind.NOTE)


async def test_a_plain_question_is_answered_by_a_reply(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "in_turn: x")
    await harness.say(thread, "three")
    await harness.say(thread, "four")
    (result,) = harness.slack.of(OutgoingKind.RESULT)
    assert isinstance(result.body, dict)
    assert result.body["values"]["answers"] == ["three", "four"]


async def test_with_two_waiting_a_reply_decides_neither(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "parallel: x")
    await harness.say(thread, "approve")
    assert len(await harness.pending(thread)) == 2
    assert "2 approvals are waiting" in harness.slack.texts(OutgoingKind.NOTE)[0]


async def test_talk_while_something_waits_is_answered_by_one_note(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    for words in ("what is this?", "no idea", "let us ask Bob"):
        await harness.say(thread, words)
    (note,) = harness.slack.texts(OutgoingKind.NOTE)
    assert "waits for a decision" in note

    await harness.say(thread, "yes, approve it", user="UCAROL")

    assert len(harness.slack.texts(OutgoingKind.NOTE)) == 1
    assert [user for user, _ in harness.slack.ephemerals] == ["UALICE", "UCAROL"]
    assert "decided nothing" in harness.slack.ephemerals[-1][1]
    await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)
    await harness.say(thread, "deploy")
    await harness.say(thread, "and what is this?")
    assert len(harness.slack.texts(OutgoingKind.NOTE)) == 2


async def test_words_that_were_written_before_a_card_came_do_not_decide_it(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "in_turn: x")
    meant_for_the_first = message(thread, "three")
    await harness.answer(await harness.the_card(thread), TELL, "one")

    await harness.take(meant_for_the_first)

    assert (await harness.the_card(thread)).value == "How many?"
    assert len(harness.slack.of(OutgoingKind.NOTE)) == 1


async def test_no_reply_decides_a_card_that_nobody_can_see_yet(harness: Harness) -> None:
    thread = a_thread()
    harness.slack.post_failures.append(refused("not_in_channel"))
    await harness.say(thread, "deploy")
    await harness.say(thread, "approve")
    assert (await harness.the_card(thread)).status is Status.PENDING
