"""A thread's way from its first message to its answer, and what happens beside it."""

from uuid import uuid4

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

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
from countersign.flow.inbound import InboundKind
from countersign.flow.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.interrupts import InvalidDecision
from countersign.runs.graph_thread import thread_config
from countersign.runs.loading import bind_checkpointer
from tests.flow.graphs_to_host import failing, gated, ran
from tests.support.house import CHANNEL, TEAM, House, a_thread, asked, loaded, message
from tests.support.recorder import GUEST, refused

YES, NO, TELL = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RESPOND


async def test_a_message_becomes_a_card_and_a_decision_an_answer(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    assert card.value == {"question": "Do it?", "what": "deploy"}
    assert house.slack.cards == {card.id: Status.PENDING}
    assert not house.slack.of(OutgoingKind.AGENT_MESSAGE)

    await house.answer(card, YES)

    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert list(house.tools.posts.values()) == ["deploy"]
    assert await house.ledger(thread) == ["opened", "decided", "resumed"]
    assert len(house.slack.of(OutgoingKind.CARD)) == 1


async def test_who_loses_a_race_by_a_hair_is_told_who_was_first(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    await house.vote(card, NO)
    late = DecisionRequest(
        approval_id=card.id,
        digest=card.digest,
        channel=CHANNEL,
        decisions={0: Decision(kind=YES)},
        via="button",
    )

    with pytest.raises(NotPending, match=r"rejected by .* already"):
        await house.decide(late, await house.slack.person("UALICE", "T1"), found=Review(card))


async def test_the_next_message_goes_on_in_the_same_thread_and_old_words_are_not_said_again(
    house: House,
) -> None:
    thread = a_thread()
    for text in ("echo: one", "gated: two", "echo: three"):
        await house.say(thread, text)
    said = house.slack.texts(OutgoingKind.AGENT_MESSAGE)
    assert said == ["You said one.", "You said gated: two.", "You said echo: three."]


async def test_what_was_said_long_ago_is_not_said_again_when_the_outbox_has_forgotten_it(
    house: House,
) -> None:
    thread = a_thread()
    await house.say(thread, "echo: one")
    await house.rows("DELETE FROM countersign.outbox")
    await house.say(thread, "two")
    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said one.", "You said two."]


async def test_a_result_is_shown_once_even_when_the_outbox_has_forgotten_it(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "form_first:")
    await house.take(asked(thread, InboundKind.FORM, {"product": "tea", "amount": 2}))
    (result,) = house.slack.of(OutgoingKind.RESULT)
    assert result.body == {"values": {"product": "tea", "amount": 4}}
    await house.rows("DELETE FROM countersign.outbox")

    await house.say(thread, "and now?")

    assert len(house.slack.of(OutgoingKind.RESULT)) == 1
    assert len(house.slack.of(OutgoingKind.START_FORM)) == 2


async def test_the_same_result_of_a_second_run_is_shown_again(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "form_first:")
    for _ in range(2):
        await house.take(asked(thread, InboundKind.FORM, {"product": "tea", "amount": 2}))
    assert len(house.slack.of(OutgoingKind.RESULT)) == 2


async def test_a_rejection_leaves_the_effect_out(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    await house.answer(await house.the_card(thread), NO)
    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Left deploy."]
    assert house.tools.posts == {}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_parallel_approvals_are_decided_in_any_order(house: House, order: tuple[int, int]) -> None:
    thread = a_thread()
    await house.say(thread, "parallel: x")
    cards = await house.pending(thread)
    assert [card.value["question"] for card in cards if isinstance(card.value, dict)] == ["left?", "right?"]

    await house.answer(cards[order[0]], YES)
    assert await house.pending(thread) == [cards[order[1]]], "the other one's card stays as it is"
    await house.answer(cards[order[1]], NO)

    (result,) = house.slack.of(OutgoingKind.RESULT)
    answers = {("left", order[0] == 0), ("right", order[0] == 1)}
    assert isinstance(result.body, dict)
    assert {tuple(pair) for pair in result.body["values"]["answers"]} == answers
    assert len(house.slack.of(OutgoingKind.CARD)) == 2


async def test_both_of_two_decisions_reach_the_graph_when_they_come_before_a_worker_does(
    house: House,
) -> None:
    thread = a_thread()
    await house.say(thread, "parallel: x")
    for card in await house.pending(thread):
        await house.vote(card, YES)
    await house.run_thread(thread.id)
    assert sorted(await house.ledger(thread)) == ["decided"] * 2 + ["opened"] * 2 + ["resumed"] * 2
    assert len(house.slack.of(OutgoingKind.RESULT)) == 1


async def test_two_questions_of_one_node_get_an_answer_each(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "in_turn: x")
    first = await house.the_card(thread)
    await house.answer(first, TELL, "1")
    second = await house.the_card(thread)
    assert second.id != first.id
    await house.answer(second, TELL, "2")
    (result,) = house.slack.of(OutgoingKind.RESULT)
    assert isinstance(result.body, dict)
    assert result.body["values"]["answers"] == ["1", "2"]


async def test_a_message_while_something_waits_is_no_input(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    await house.say(thread, "yes, but only half")
    assert await house.the_card(thread) == card
    (note,) = house.slack.texts(OutgoingKind.NOTE)
    assert "Do it?" in note


async def test_a_reply_decides_and_is_not_passed_on(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    await house.say(thread, "reject not today", user="UBOB")
    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Left deploy."]
    (entry,) = await house.rows(
        "SELECT actor_id, detail FROM countersign.ledger WHERE thread_id = %s AND event = 'decided'",
        thread.id,
    )
    assert entry["actor_id"] == "UBOB"
    assert entry["detail"]["via"] == "reply"
    assert entry["detail"]["rows"]["0"]["message"] == "not today"


async def test_a_guests_reply_changes_nothing_and_is_explained_to_the_guest_alone(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    await house.say(thread, "approve", user=GUEST)
    assert await house.the_card(thread) == card
    assert [user for user, _ in house.slack.ephemerals] == [GUEST]
    assert not house.slack.of(OutgoingKind.NOTE)


async def test_a_plain_question_is_answered_by_a_reply(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "in_turn: x")
    await house.say(thread, "three")
    await house.say(thread, "four")
    (result,) = house.slack.of(OutgoingKind.RESULT)
    assert isinstance(result.body, dict)
    assert result.body["values"]["answers"] == ["three", "four"]


async def test_with_two_waiting_a_reply_decides_neither(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "parallel: x")
    await house.say(thread, "approve")
    assert len(await house.pending(thread)) == 2
    assert "2 approvals wait" in house.slack.texts(OutgoingKind.NOTE)[0]


async def test_an_unknown_graph_is_named_and_nothing_starts(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "nosuch: hello")
    (note,) = house.slack.texts(OutgoingKind.NOTE)
    assert "`nosuch`" in note
    assert "`echo`" in note
    await house.say(thread, "echo: hello")
    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said hello."]


async def test_a_second_click_a_strange_channel_and_a_guest_change_nothing(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    with pytest.raises(MayNotDecide):
        await house.vote(card, YES, user=GUEST)
    member = await house.slack.person("UBOB", "T1")
    with pytest.raises(NotPending):
        await house.decide.find_open(card.id, card.digest, 0, "C-elsewhere", member)
    with pytest.raises(QuestionChanged):
        await house.decide.find_open(card.id, "0" * 64, 0, CHANNEL, member)
    assert await house.decide.find_open(card.id, card.digest, 0, CHANNEL, member) == Review(card)
    await house.vote(card, YES)
    with pytest.raises((NotPending, AlreadyDecided)):
        await house.vote(card, NO)
    assert await house.ledger(thread) == ["opened", "decided"]


async def test_a_forged_decision_is_refused(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    with pytest.raises(InvalidDecision, match="not possible here"):
        await house.vote(card, DecisionKind.EDIT)
    assert await house.ledger(thread) == ["opened"]


@pytest.mark.parametrize("answered", [False, True])
async def test_an_empty_vote_changes_nothing(house: House, answered: bool) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    if answered:
        await house.answer(card, YES)
    before = await house.threads.approval(card.id)
    empty = DecisionRequest(approval_id=card.id, digest="x" * 64, channel=CHANNEL, decisions={}, via="button")

    with pytest.raises(NothingDecided):
        await house.decide(empty, await house.slack.person("UBOB", TEAM))

    assert await house.threads.approval(card.id) == before
    assert await house.ledger(thread) == (["opened", "decided", "resumed"] if answered else ["opened"])


async def test_a_decision_on_an_unknown_approval_is_explained(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    unknown = DecisionRequest(
        approval_id=uuid4(),
        digest=card.digest,
        channel=CHANNEL,
        decisions={0: Decision(kind=NO)},
        via="button",
    )
    with pytest.raises(NotPending, match="cleaned up"):
        await house.decide(unknown, await house.slack.person("UBOB", "T1"))


async def test_a_failed_step_is_tried_again_with_the_same_decision_and_one_effect(house: House) -> None:
    thread = a_thread()
    failing.add(thread.id)
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    await house.answer(card, YES)

    (failure,) = house.slack.of(OutgoingKind.FAILURE)
    assert isinstance(failure.body, dict)
    assert failure.body["ask_again"] is True
    assert "hunter2" not in str(failure.body)
    assert ran[thread.id] == 1
    await house.run_thread(thread.id)
    assert ran[thread.id] == 1, "a thread that halted waits for people"
    await house.say(thread, "what now?")
    assert "Try again" in house.slack.texts(OutgoingKind.NOTE)[0]
    assert ran[thread.id] == 1, "and a message is no reason to try again"

    failing.clear()
    await house.take(asked(thread, InboundKind.RETRY))

    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert await house.ledger(thread) == ["opened", "decided", "resumed"]
    assert len(house.tools.posts) == 1


async def test_a_step_that_fails_again_is_told_again(house: House) -> None:
    thread = a_thread()
    failing.add(thread.id)
    await house.say(thread, "deploy")
    await house.answer(await house.the_card(thread), YES)
    await house.take(asked(thread, InboundKind.RETRY))
    assert len(house.slack.of(OutgoingKind.FAILURE)) == 2


async def test_a_failed_step_asks_again_and_takes_the_other_answer(house: House) -> None:
    thread = a_thread()
    failing.add(thread.id)
    await house.say(thread, "deploy")
    first = await house.the_card(thread)
    await house.answer(first, YES)
    failing.clear()

    await house.take(asked(thread, InboundKind.ASK_AGAIN))
    second = await house.the_card(thread)
    assert second.id != first.id
    assert second.interrupt_id != first.interrupt_id
    await house.answer(second, NO)

    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Left deploy."]
    assert await house.ledger(thread) == ["opened", "decided", "withdrawn", "opened", "decided", "resumed"]


async def test_an_edited_state_withdraws_the_old_card_and_asks_anew(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    old = await house.the_card(thread)
    await ask_something_else(house, thread)

    await house.say(thread, "approve")

    new = await house.the_card(thread)
    assert new.id != old.id
    assert new.value == {"question": "Do it?", "what": "destroy"}
    withdrawn = await house.threads.approval(old.id)
    assert withdrawn is not None
    assert withdrawn.approval.status is Status.WITHDRAWN
    assert house.tools.posts == {}, "the reply was to the old question"


async def test_a_decision_on_a_question_that_changed_in_between_is_not_used(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    old = await house.the_card(thread)
    await house.vote(old, YES)
    await ask_something_else(house, thread)

    await house.run_thread(thread.id)

    assert house.tools.posts == {}
    new = await house.the_card(thread)
    assert new.value == {"question": "Do it?", "what": "destroy"}
    assert (await house.ledger(thread))[-2:] in (["withdrawn", "opened"], ["opened", "withdrawn"])


async def ask_something_else(house: House, thread: ThreadRef) -> None:
    """Change the state behind the bot's back, so that the node asks about other words."""
    async with house.sessions.connection() as session:
        graph = bind_checkpointer(loaded({"gated": gated()})["gated"].sample, AsyncPostgresSaver(session))
        config = thread_config(thread, object())
        last = (await graph.aget_state(config)).values["messages"][-1]
        edited = HumanMessage(content="destroy", id=last.id)
        await graph.aupdate_state(config, {"messages": [edited]}, "__start__")
        await graph.ainvoke(None, config, durability="sync")


async def test_words_that_were_written_before_a_card_came_do_not_decide_it(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "in_turn: x")
    meant_for_the_first = message(thread, "three")
    await house.answer(await house.the_card(thread), TELL, "one")

    await house.take(meant_for_the_first)

    assert (await house.the_card(thread)).value == "How many?"
    assert len(house.slack.of(OutgoingKind.NOTE)) == 1


async def test_no_reply_decides_a_card_that_nobody_can_see_yet(house: House) -> None:
    thread = a_thread()
    house.slack.trouble.append(refused("not_in_channel"))
    await house.say(thread, "deploy")
    await house.say(thread, "approve")
    assert (await house.the_card(thread)).status is Status.PENDING
