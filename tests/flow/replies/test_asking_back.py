"""A message that could be an answer and is no word that decides: its writer says what it is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.flow.decisions.replies.reply_offer import ChosenReply, ReplyChoice, ReplyOffer
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.approvals.policy.policies import a_policy
from tests.flow.conversation.test_stop import stop_in
from tests.flow.graphs import working_graphs
from tests.flow.graphs.asking_graphs import by_dialect
from tests.flow.graphs.working_graphs import finished, heard, hold
from tests.support.fakes.fake_slack import GUEST
from tests.support.harness import Harness, a_thread, message, open_harness

USE, KEEP = ReplyChoice.USE, ReplyChoice.KEEP
REJECT, FEEDBACK, IGNORE = ReplyChoice.REJECT, ReplyChoice.FEEDBACK, ReplyChoice.IGNORE


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    working_graphs.gates.clear()
    graphs = {"two_steps": working_graphs.two_steps(), "review": by_dialect()["review"]}
    async with open_harness(database_url, graphs) as opened:
        yield opened


def offer(harness: Harness) -> ReplyOffer:
    """What the last notice offers."""
    (found,) = [harness.slack.notices[-1].offer]
    assert found is not None
    return found


def pressed(thread: ThreadRef, made: ReplyOffer, choice: ReplyChoice, user: str = "UALICE") -> Inbound:
    chosen = ChosenReply(
        message=made.message, approval_id=made.approval_id, digest=made.digest, choice=choice
    )
    row = message(thread, "", user=user, may_open=False)
    return replace(row, key=f"choice:{row.key}", kind=InboundKind.CHOICE, body=chosen.body(), ts=None)


def revision(of: Inbound) -> Inbound:
    return replace(
        of, key=f"revision:{of.key}", event_id=f"{of.event_id}r", kind=InboundKind.REVISION, text="", ts=None,
        body={"message": of.key},
    )  # fmt: skip


async def asked_while_queued(harness: Harness, asks: str, *queued: str) -> tuple[ThreadRef, list[Inbound]]:
    """A thread whose run asks this after the step that it is in, with messages written before that."""
    thread = a_thread()
    gate = hold(thread.id)
    run = asyncio.create_task(harness.say(thread, f"then {asks}"))
    await gate.reached.wait()
    rows = [message(thread, text, may_open=False) for text in queued]
    for row in rows:
        assert await harness.threads.accept(row)
    working_graphs.gates.clear()
    gate.go.set()
    await run
    return thread, rows


async def test_a_message_just_before_a_question_is_offered_as_its_answer(harness: Harness) -> None:
    thread, (early,) = await asked_while_queued(harness, "ask: How many?", "seven")

    assert offer(harness).choices == (USE, KEEP)
    assert "The agent asks: How many?" in str(harness.slack.notices[-1].text)
    assert "“seven”" in str(harness.slack.notices[-1].text)
    assert harness.slack.notices[-1].user == early.user
    await harness.take(pressed(thread, offer(harness), USE))

    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    assert "Asked: told seven" in harness.slack.texts(OutgoingKind.AGENT_MESSAGE)
    assert heard[thread.id] == ["then ask: How many?"], "it is no message of its own any more"


@pytest.mark.parametrize("press", [True, False])
async def test_what_is_kept_is_read_once_the_question_is_answered(harness: Harness, press: bool) -> None:
    thread, _ = await asked_while_queued(harness, "ask: How many?", "and send me the list")
    if press:
        assert KEEP in offer(harness).choices  # to press it changes nothing
    assert heard[thread.id] == ["then ask: How many?"]

    await harness.take(message(thread, "seven", user="UBOB", may_open=False))

    assert heard[thread.id] == ["then ask: How many?", "and send me the list"]
    assert finished[thread.id] == 2


async def test_each_of_several_messages_is_kept_in_its_order(harness: Harness) -> None:
    thread, _ = await asked_while_queued(harness, "approve: pay", "first this", "then that")

    await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)

    assert heard[thread.id] == ["then approve: pay", "first this", "then that"]


async def test_a_kept_message_is_offered_to_the_next_question_too(harness: Harness) -> None:
    thread, _ = await asked_while_queued(harness, "ask: How many? then ask: Which?", "the red one")
    first = offer(harness)

    await harness.take(message(thread, "seven", user="UBOB", may_open=False))

    assert offer(harness).approval_id != first.approval_id
    assert "Which?" in str(harness.slack.notices[-1].text)
    await harness.take(pressed(thread, offer(harness), USE))
    assert "Asked: told the red one" in harness.slack.texts(OutgoingKind.AGENT_MESSAGE)


async def test_the_bare_words_that_decide_are_not_kept(harness: Harness) -> None:
    thread, _ = await asked_while_queued(harness, "approve: pay", "approve")

    assert await harness.ledger(thread) == ["opened"]
    await harness.answer(await harness.the_card(thread), DecisionKind.REJECT)
    assert heard[thread.id] == ["then approve: pay"]


async def test_a_reason_just_before_a_card_can_reject_it(harness: Harness) -> None:
    thread, _ = await asked_while_queued(harness, "approve: pay", "no, use the other account")
    assert offer(harness).choices == (REJECT, KEEP)

    await harness.take(pressed(thread, offer(harness), REJECT))

    (detail,) = await harness.rows(
        "SELECT detail FROM countersign.ledger WHERE thread_id = %s AND event = 'decided'", thread.id
    )
    assert detail["detail"]["rows"]["0"]["message"] == "no, use the other account"
    assert "Asked: left it" in harness.slack.texts(OutgoingKind.AGENT_MESSAGE)
    assert heard[thread.id] == ["then approve: pay"]


async def test_stopping_takes_what_is_kept_along(harness: Harness) -> None:
    thread, _ = await asked_while_queued(harness, "approve: pay", "first this")

    await harness.take(stop_in(thread))

    assert heard[thread.id] == ["then approve: pay"]
    assert "1 queued message was not read" in harness.slack.texts(OutgoingKind.NOTE)[-1]


@pytest.mark.parametrize("kept", [False, True])
async def test_a_message_is_read_as_its_writer_left_it(harness: Harness, kept: bool) -> None:
    thread = a_thread()
    gate = hold(thread.id)
    run = asyncio.create_task(harness.say(thread, "then approve: pay" if kept else "one"))
    await gate.reached.wait()
    rows = [message(thread, text, may_open=False) for text in ("deleted", "edited", "left alone")]
    for row in rows:
        assert await harness.threads.accept(row)
    deleted, edited, _ = rows
    working_graphs.gates.clear()
    if kept:
        gate.go.set()
        await run
    assert await harness.threads.accept(revision(deleted))
    assert await harness.threads.accept(
        replace(revision(edited), body={"message": edited.key, "text": "edited twice"})
    )
    if kept:
        await harness.run_thread(thread.id)
        await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)
    else:
        gate.go.set()
        await run

    assert heard[thread.id][1:] == ["edited twice", "left alone"]


# --- below the card


async def waiting(harness: Harness, rule: str | None = None, asks: str = "approve: pay") -> ThreadRef:
    if rule is not None:
        harness.policy.policy = a_policy(rule)
    thread = a_thread()
    await harness.say(thread, asks, user="UCAROL")
    await harness.the_card(thread)
    return thread


async def test_a_no_in_other_words_is_asked_back_and_rejects_with_its_words(harness: Harness) -> None:
    thread = await waiting(harness)
    await harness.say(thread, "No, because it is Friday", user="UBOB")

    told = harness.slack.notices[-1]
    assert (told.user, offer(harness).choices) == ("UBOB", (REJECT, IGNORE))
    assert str(told.text) == "Your message decided nothing. Is it a no to “Do it?”?"
    assert await harness.ledger(thread) == ["opened"]
    await harness.take(pressed(thread, offer(harness), REJECT, "UBOB"))

    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    assert "Worked: left it" in harness.slack.texts(OutgoingKind.AGENT_MESSAGE)


async def test_feedback_goes_to_a_graph_that_takes_it(harness: Harness) -> None:
    thread = await waiting(harness, asks="review: go")
    await harness.say(thread, "the amount is wrong", user="UBOB")

    assert offer(harness).choices == (FEEDBACK, REJECT, IGNORE)
    await harness.take(pressed(thread, offer(harness), FEEDBACK, "UBOB"))

    (row,) = await harness.rows("SELECT answer FROM countersign.approvals WHERE thread_id = %s", thread.id)
    assert row["answer"] == ["feedback", "the amount is wrong"]


@pytest.mark.parametrize("why", ["edited", "other", "decided", "changed", "unknown"])
async def test_a_choice_is_checked_as_a_reply_is(harness: Harness, why: str) -> None:
    thread = await waiting(harness)
    said = await harness.say(thread, "no, not today", user="UBOB")
    made, user = offer(harness), "UBOB"
    match why:
        case "edited":
            await harness.take(revision(said))
        case "other":
            user = "UALICE"
        case "decided":
            await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)
        case "changed":
            made = replace(made, digest="0" * 64)
        case "unknown":
            made = replace(made, approval_id=UUID(int=0))
    before = await harness.ledger(thread)

    await harness.take(pressed(thread, made, REJECT, user))

    assert await harness.ledger(thread) == before
    assert harness.slack.notices[-1].user == user
    assert harness.slack.notices[-1].offer is None


async def test_whoever_may_not_decide_is_asked_nothing(harness: Harness) -> None:
    thread = await waiting(harness, '[[rule]]\nname = "r"\napprovers = [{users = ["UDAVE"]}]\n')
    for user in ("UBOB", GUEST):
        await harness.say(thread, "no, because it is Friday", user=user)

    assert [notice.offer for notice in harness.slack.notices if notice.offer] == []
    assert await harness.ledger(thread) == ["opened"], "to talk is not to try"
    await harness.say(thread, "no, because it is Friday", user="UDAVE")
    assert offer(harness).choices[0] is REJECT


async def test_a_right_that_was_lost_after_the_question_counts(harness: Harness) -> None:
    thread = await waiting(harness)
    await harness.say(thread, "no, not today", user=GUEST)
    assert harness.slack.notices == [] or harness.slack.notices[-1].offer is None
    said = await harness.say(thread, "no, not today", user="UBOB")
    forged = replace(offer(harness), message=said.key)
    assert await harness.threads.accept(pressed(thread, forged, REJECT, GUEST))
    await harness.run_thread(thread.id)
    assert await harness.ledger(thread) == ["opened"]


async def test_where_words_do_not_decide_nothing_is_asked_back(harness: Harness) -> None:
    thread = await waiting(harness, '[[rule]]\nname = "r"\nreplies = false\n')

    await harness.say(thread, "no, because it is Friday", user="UBOB")

    assert [notice.offer for notice in harness.slack.notices if notice.offer] == []


async def test_a_discussion_is_interrupted_once(harness: Harness) -> None:
    thread = await waiting(harness)
    for text in ("what is this?", "@Alice (UALICE) have a look", "the amount looks odd", "it was 12 before"):
        await harness.say(thread, text, user="UBOB")

    assert [notice.user for notice in harness.slack.notices] == ["UBOB"]
    assert len(harness.slack.texts(OutgoingKind.NOTE)) == 1
    await harness.say(thread, "아니요, 다음 주에 해요", user="UBOB")
    assert offer(harness).choices[0] is REJECT
