"""A message that decides nothing while a card waits: what is said of it, asked about it, or kept."""

from dataclasses import replace

import pytest

from countersign.flow.decisions.replies.reply_offer import ReplyChoice
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from tests.flow.replies.reply_handling import (
    CARD,
    QUESTION,
    Handling,
    notes,
    told,
)
from tests.flow.rows import NOW, a_message, an_approval, decided, work


async def test_what_waits_is_posted_once() -> None:
    handling = Handling()
    first = await handling.says("how much is it?")
    assert len(notes(first)) == 1
    handling.replies.noted = True
    again = await handling.says("how much is it?")
    assert (notes(again), told(again), again.done) == ([], [], ("message:1",))


async def test_who_seems_to_decide_is_told_each_time() -> None:
    handling = Handling(rule="replies = false")
    handling.replies.noted = True
    result = await handling.says("yes please")
    assert notes(result) == []
    assert told(result)[0].startswith("Your message decided nothing. This thread waits for a decision: ")


async def test_while_a_decision_can_be_undone_messages_wait_for_it() -> None:
    handling = Handling()
    undoable = replace(decided(handling.approval), undo_until=NOW)
    handling.work = work(undoable)
    result = await handling.says("and now?")
    assert notes(result)[0].startswith("The last decision can still be undone on its card.")


async def test_after_a_failed_step_the_message_about_it_is_pointed_out() -> None:
    handling = Handling()
    handling.work = work(halted="e1")
    result = await handling.says("and now?")
    assert notes(result)[0].startswith("The last step failed after the decision.")
    assert result.thread.halted == "e1"


@pytest.mark.parametrize(("losses", "again"), [(0, 0), (1, 1)])
async def test_a_card_that_was_deleted_is_posted_again_for_whoever_writes(losses: int, again: int) -> None:
    handling = Handling(card_ts=None, card_losses=losses)
    result = await handling.says("how much is it?")
    assert [row.kind for row in result.post].count(OutgoingKind.CARD) == again


# --- asking back


async def test_a_message_that_may_be_a_no_is_asked_about_with_its_choices() -> None:
    handling = Handling()
    result = await handling.says("no, that is too much")
    (notice,) = result.notices
    assert notice.offer is not None
    assert notice.offer.choices[:1] == (ReplyChoice.REJECT,)
    assert notice.offer.choices[-1] is ReplyChoice.IGNORE
    assert (notice.offer.message, notice.offer.digest) == ("message:1", handling.approval.digest_of(0))
    assert result.asked_back == ("message:1",)
    assert str(notice.text) == "Your message decided nothing. Is it a no to “Pay”?"


async def test_who_may_not_decide_is_asked_nothing() -> None:
    handling = Handling()
    result = await handling.says("no, that is too much", user="UALICE")
    assert (result.notices, result.asked_back) == ((), ())


@pytest.mark.parametrize(
    "error", [RateLimited(1.0), SlackUnreachable("gone"), SlackRefused("chat.postMessage", "no")]
)
async def test_where_slack_does_not_answer_the_note_in_the_thread_has_to_do(error: Exception) -> None:
    handling = Handling()
    handling.slack.lookup_failures.append(error)
    result = await handling.says("no, that is too much")
    assert (len(notes(result)), result.notices) == (1, ())


async def test_nobody_is_asked_about_a_message_before_the_card() -> None:
    handling = Handling()
    result = await handling.says("no, that is too much", ts="100.000001", open_approvals=())
    assert result.asked_back == ()


# --- what came early


async def test_a_message_before_the_question_is_kept_and_offered_as_its_answer() -> None:
    handling = Handling(QUESTION)
    result = await handling.says("main", ts="100.000001", open_approvals=())
    assert (result.held, result.done) == (("message:1",), ())
    (notice,) = result.notices
    assert notice.offer is not None
    assert notice.offer.choices == (ReplyChoice.USE, ReplyChoice.KEEP)


async def test_of_several_questions_a_message_before_them_is_for_none() -> None:
    handling = Handling(QUESTION)
    handling.work = work(handling.approval, replace(an_approval("i2"), card_ts=CARD))
    result = await handling.says("x" * 81, ts="100.000001", open_approvals=())
    assert result.held == ("message:1",)
    assert told(result) == [
        f"Several decisions wait now. I keep your message “{'x' * 79}…” and read it after that."
    ]
    kept = await handling.says("x" * 80, ts="100.000001", open_approvals=(), kept=True)
    assert (kept.held, kept.notices) == (("message:1",), ())


async def test_an_early_message_that_was_deleted_is_dropped() -> None:
    handling = Handling()
    result = await handling.says("hello", ts="100.000001", open_approvals=(), deleted=True)
    assert (result.done, result.held) == (("message:1",), ())


async def test_an_early_word_that_decides_is_not_kept_for_later() -> None:
    handling = Handling()
    result = await handling.says("approve", ts="100.000001", open_approvals=())
    assert (result.held, result.done) == ((), ("message:1",))


async def test_a_form_is_not_kept() -> None:
    handling = Handling()
    result = await handling.says("hello", ts="100.000001", open_approvals=(), kind=InboundKind.FORM)
    assert result.held == ()


async def test_a_message_below_a_card_that_is_gone_was_not_early() -> None:
    handling = Handling(card_ts=None, card_losses=1)
    assert (await handling.says("hello")).held == ()


# --- after it was decided


async def test_what_was_overtaken_is_no_new_input() -> None:
    handling = Handling()
    handling.work = work()
    result = handling.handler().handle_overtaken(handling.work, handling.state, handling.message("approve"))
    assert result.done == ("message:1",)
    assert notes(result)[0].startswith("This was decided before I read your message")


@pytest.mark.parametrize("counted", [True, False])
async def test_an_edit_of_a_message_that_decided_is_told_to_change_nothing(counted: bool) -> None:
    handling = Handling()
    handling.replies.deciding = frozenset({"message:1"} if counted else ())
    revision = replace(a_message(2), kind=InboundKind.REVISION, body={"message": "message:1"})
    result = await handling.handler().handle_revision(handling.work, handling.state, revision)
    assert result.done == ("message:2",)
    said = ["A message that decided an approval was edited or deleted. The decision stands."]
    assert notes(result) == (said if counted else [])
