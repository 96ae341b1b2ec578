"""A thread's way from its first message to its answer, and what happens beside it."""

from uuid import uuid4

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import (
    AlreadyDecided,
    MayNotDecide,
    NothingDecided,
    NotPending,
    QuestionChanged,
)
from countersign.approvals.lifecycle import Status
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.interrupts import InvalidDecision
from tests.support.fakes.fake_slack import GUEST
from tests.support.harness import CHANNEL, TEAM, Harness, a_thread, asked

YES, NO, TELL = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RESPOND


async def test_a_message_becomes_a_card_and_a_decision_an_answer(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    assert card.value == {"question": "Do it?", "what": "deploy"}
    assert harness.slack.cards == {card.id: Status.PENDING}
    assert not harness.slack.of(OutgoingKind.AGENT_MESSAGE)

    await harness.answer(card, YES)

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert list(harness.tools.posts.values()) == ["deploy"]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    assert len(harness.slack.of(OutgoingKind.CARD)) == 1


async def test_who_loses_a_race_by_a_hair_reads_who_was_first(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.vote(card, NO)
    late = DecisionRequest(
        approval_id=card.id,
        digest=card.digest,
        channel=CHANNEL,
        decisions={0: Decision(kind=YES)},
        via="button",
    )

    with pytest.raises(NotPending, match=r"rejected by .* already"):
        await harness.decide(late, await harness.slack.person("UALICE", "T1"), found=Review(card))


async def test_the_next_message_goes_on_in_the_same_thread_and_old_words_are_not_said_again(
    harness: Harness,
) -> None:
    thread = a_thread()
    for text in ("echo: one", "gated: two", "echo: three"):
        await harness.say(thread, text)
    said = harness.slack.texts(OutgoingKind.AGENT_MESSAGE)
    assert said == ["You said one.", "You said gated: two.", "You said echo: three."]


async def test_what_was_said_long_ago_is_not_said_again_when_the_outbox_has_forgotten_it(
    harness: Harness,
) -> None:
    thread = a_thread()
    await harness.say(thread, "echo: one")
    await harness.rows("DELETE FROM countersign.outbox")
    await harness.say(thread, "two")
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said one.", "You said two."]


async def test_a_result_is_shown_once_even_when_the_outbox_has_forgotten_it(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "form_first:")
    await harness.take(asked(thread, InboundKind.FORM, {"product": "tea", "amount": 2}))
    (result,) = harness.slack.of(OutgoingKind.RESULT)
    assert result.body == {"values": {"product": "tea", "amount": 4}}
    await harness.rows("DELETE FROM countersign.outbox")

    await harness.say(thread, "and now?")

    assert len(harness.slack.of(OutgoingKind.RESULT)) == 1
    assert len(harness.slack.of(OutgoingKind.START_FORM)) == 2


async def test_the_same_result_of_a_second_run_is_shown_again(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "form_first:")
    for _ in range(2):
        await harness.take(asked(thread, InboundKind.FORM, {"product": "tea", "amount": 2}))
    assert len(harness.slack.of(OutgoingKind.RESULT)) == 2


async def test_a_rejection_leaves_the_effect_out(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.answer(await harness.the_card(thread), NO)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Left deploy."]
    assert harness.tools.posts == {}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_parallel_approvals_are_decided_in_any_order(harness: Harness, order: tuple[int, int]) -> None:
    thread = a_thread()
    await harness.say(thread, "parallel: x")
    cards = await harness.pending(thread)
    assert [card.value["question"] for card in cards if isinstance(card.value, dict)] == ["left?", "right?"]

    await harness.answer(cards[order[0]], YES)
    assert await harness.pending(thread) == [cards[order[1]]], "the other one's card stays as it is"
    await harness.answer(cards[order[1]], NO)

    (result,) = harness.slack.of(OutgoingKind.RESULT)
    answers = {("left", order[0] == 0), ("right", order[0] == 1)}
    assert isinstance(result.body, dict)
    assert {tuple(pair) for pair in result.body["values"]["answers"]} == answers
    assert len(harness.slack.of(OutgoingKind.CARD)) == 2


async def test_both_of_two_decisions_reach_the_graph_when_they_come_before_a_worker_does(
    harness: Harness,
) -> None:
    thread = a_thread()
    await harness.say(thread, "parallel: x")
    for card in await harness.pending(thread):
        await harness.vote(card, YES)
    await harness.run_thread(thread.id)
    assert sorted(await harness.ledger(thread)) == ["decided"] * 2 + ["opened"] * 2 + ["resumed"] * 2
    assert len(harness.slack.of(OutgoingKind.RESULT)) == 1


async def test_two_questions_of_one_node_get_an_answer_each(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "in_turn: x")
    first = await harness.the_card(thread)
    await harness.answer(first, TELL, "1")
    second = await harness.the_card(thread)
    assert second.id != first.id
    await harness.answer(second, TELL, "2")
    (result,) = harness.slack.of(OutgoingKind.RESULT)
    assert isinstance(result.body, dict)
    assert result.body["values"]["answers"] == ["1", "2"]


async def test_a_word_before_a_colon_that_names_no_graph_is_part_of_the_message(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "Note: hello")
    (row,) = await harness.rows("SELECT graph FROM countersign.threads WHERE id = %s", thread.id)
    assert row["graph"] == harness.graphs.default
    assert harness.slack.texts(OutgoingKind.NOTE) == []


async def test_a_second_click_a_strange_channel_and_a_guest_change_nothing(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    with pytest.raises(MayNotDecide):
        await harness.vote(card, YES, user=GUEST)
    member = await harness.slack.person("UBOB", "T1")
    with pytest.raises(NotPending):
        await harness.decide.find_open(card.id, card.digest, 0, "C-elsewhere", member)
    with pytest.raises(QuestionChanged):
        await harness.decide.find_open(card.id, "0" * 64, 0, CHANNEL, member)
    assert await harness.decide.find_open(card.id, card.digest, 0, CHANNEL, member) == Review(card)
    await harness.vote(card, YES)
    with pytest.raises((NotPending, AlreadyDecided)):
        await harness.vote(card, NO)
    assert await harness.ledger(thread) == ["opened", "refused", "decided"]


async def test_a_forged_decision_is_refused(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    with pytest.raises(InvalidDecision, match="not possible here"):
        await harness.vote(card, DecisionKind.EDIT)
    assert await harness.ledger(thread) == ["opened"]


@pytest.mark.parametrize("answered", [False, True])
async def test_an_empty_vote_changes_nothing(harness: Harness, answered: bool) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    if answered:
        await harness.answer(card, YES)
    before = await harness.threads.approval(card.id)
    empty = DecisionRequest(approval_id=card.id, digest="x" * 64, channel=CHANNEL, decisions={}, via="button")

    with pytest.raises(NothingDecided):
        await harness.decide(empty, await harness.slack.person("UBOB", TEAM))

    assert await harness.threads.approval(card.id) == before
    assert await harness.ledger(thread) == (["opened", "decided", "resumed"] if answered else ["opened"])


async def test_a_decision_on_an_unknown_approval_is_explained(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    unknown = DecisionRequest(
        approval_id=uuid4(),
        digest=card.digest,
        channel=CHANNEL,
        decisions={0: Decision(kind=NO)},
        via="button",
    )
    with pytest.raises(NotPending, match="no approval here"):
        await harness.decide(unknown, await harness.slack.person("UBOB", "T1"))
