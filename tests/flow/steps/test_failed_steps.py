"""Steps that fail or whose question changed: tried again with the same decision, or asked anew."""

from langchain_core.messages import HumanMessage
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from countersign.runs.graph_thread import thread_config
from countersign.runs.loading import bind_checkpointer
from tests.flow.graphs.graphs_to_host import failing, gated, ran
from tests.support.harness import Harness, a_thread, asked, loaded

YES, NO = DecisionKind.APPROVE, DecisionKind.REJECT


async def test_a_failed_step_is_tried_again_with_the_same_decision_and_one_effect(harness: Harness) -> None:
    thread = a_thread()
    failing.add(thread.id)
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.answer(card, YES)

    (failure,) = harness.slack.of(OutgoingKind.FAILURE)
    assert isinstance(failure.body, dict)
    assert failure.body["ask_again"] is True
    assert "hunter2" not in str(failure.body)
    assert ran[thread.id] == 1
    await harness.run_thread(thread.id)
    assert ran[thread.id] == 1, "a thread that halted waits for people"
    await harness.say(thread, "what now?")
    assert "Try again" in harness.slack.texts(OutgoingKind.NOTE)[0]
    assert ran[thread.id] == 1, "and a message is no reason to try again"

    failing.clear()
    await harness.take(asked(thread, InboundKind.RETRY))

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    assert len(harness.tools.posts) == 1


async def test_a_step_that_fails_again_is_reported_again(harness: Harness) -> None:
    thread = a_thread()
    failing.add(thread.id)
    await harness.say(thread, "deploy")
    await harness.answer(await harness.the_card(thread), YES)
    await harness.take(asked(thread, InboundKind.RETRY))
    assert len(harness.slack.of(OutgoingKind.FAILURE)) == 2


async def test_a_failed_step_asks_again_and_takes_the_other_answer(harness: Harness) -> None:
    thread = a_thread()
    failing.add(thread.id)
    await harness.say(thread, "deploy")
    first = await harness.the_card(thread)
    await harness.answer(first, YES)
    failing.clear()

    await harness.take(asked(thread, InboundKind.ASK_AGAIN))
    second = await harness.the_card(thread)
    assert second.id != first.id
    assert second.interrupt_id != first.interrupt_id
    await harness.answer(second, NO)

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Left deploy."]
    assert await harness.ledger(thread) == ["opened", "decided", "withdrawn", "opened", "decided", "resumed"]


async def test_an_edited_state_withdraws_the_old_card_and_asks_anew(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    old = await harness.the_card(thread)
    await ask_something_else(harness, thread)

    await harness.say(thread, "approve")

    new = await harness.the_card(thread)
    assert new.id != old.id
    assert new.value == {"question": "Do it?", "what": "destroy"}
    withdrawn = await harness.threads.approval(old.id)
    assert withdrawn is not None
    assert withdrawn.approval.status is Status.WITHDRAWN
    assert harness.tools.posts == {}, "the reply was to the old question"


async def test_a_decision_on_a_question_that_changed_in_between_is_not_used(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    old = await harness.the_card(thread)
    await harness.vote(old, YES)
    await ask_something_else(harness, thread)

    await harness.run_thread(thread.id)

    assert harness.tools.posts == {}
    new = await harness.the_card(thread)
    assert new.value == {"question": "Do it?", "what": "destroy"}
    assert (await harness.ledger(thread))[-2:] in (["withdrawn", "opened"], ["opened", "withdrawn"])


async def ask_something_else(harness: Harness, thread: ThreadRef) -> None:
    """Change the state behind the bot's back, so that the node asks about other words."""
    async with harness.sessions.connection() as session:
        graph = bind_checkpointer(loaded({"gated": gated()})["gated"].sample, AsyncPostgresSaver(session))
        config = thread_config(thread, object())
        last = (await graph.aget_state(config)).values["messages"][-1]
        edited = HumanMessage(content="destroy", id=last.id)
        await graph.aupdate_state(config, {"messages": [edited]}, "__start__")
        await graph.ainvoke(None, config, durability="sync")
