"""What becomes of a thread when Slack, the graph or its configuration is in trouble."""

from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.errors import RateLimited, SlackUnreachable
from countersign.flow.inbound import InboundKind
from countersign.flow.outgoing import OutgoingKind, ThreadRoot
from countersign.flow.steps.thread_runner import MAX_ATTEMPTS
from countersign.runs.loading import LoadedGraph
from tests.flow.graphs_to_host import echo, everything
from tests.support.house import CHANNEL, TEAM, House, a_thread, asked, message, open_house
from tests.support.recorder import refused

YES = DecisionKind.APPROVE


async def too_often(house: House, thread_id: str) -> None:
    """As often as a step may take its worker down, and once more."""
    await house.rows("UPDATE countersign.threads SET attempts = %s WHERE id = %s", MAX_ATTEMPTS, thread_id)


async def test_a_step_that_kills_its_worker_is_set_aside_told_and_can_be_tried_again(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    await house.vote(await house.the_card(thread), YES)
    for time in (1, 2):
        await too_often(house, thread.id)
        await house.run_thread(thread.id) if time == 1 else await house.take(asked(thread, InboundKind.RETRY))
        assert len(house.slack.of(OutgoingKind.FAILURE)) == time
        assert house.tools.posts == {}

    await house.take(asked(thread, InboundKind.RETRY))

    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert len(house.tools.posts) == 1


async def test_a_breakpoint_is_told_and_passed_when_somebody_says_so(database_url: str) -> None:
    async with open_house(database_url, {"echo": echo().compile(interrupt_before=["say"])}) as house:
        thread = a_thread()
        await house.say(thread, "hello")
        assert "breakpoint" in house.slack.texts(OutgoingKind.FAILURE)[0]
        assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == []
        await house.take(asked(thread, InboundKind.RETRY))
        assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said hello."]
        assert len(house.slack.of(OutgoingKind.FAILURE)) == 1


async def test_setting_a_decision_aside_swallows_no_message(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    await house.vote(await house.the_card(thread), YES)
    await too_often(house, thread.id)
    await house.say(thread, "are you there?")
    assert len(house.slack.of(OutgoingKind.FAILURE)) == 1
    assert "Try again" in house.slack.texts(OutgoingKind.NOTE)[0]


async def test_a_message_that_was_set_aside_reaches_the_graph_when_it_is_tried_again(house: House) -> None:
    thread = a_thread()
    await house.threads.accept(message(thread, "echo: hello"))
    await too_often(house, thread.id)
    await house.run_thread(thread.id)
    assert len(house.slack.of(OutgoingKind.FAILURE)) == 1

    await house.take(asked(thread, InboundKind.RETRY))

    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said hello."]


async def test_a_graph_that_cannot_be_built_for_a_run_is_told_of_and_tried_again(database_url: str) -> None:
    broken = True

    def built_per_run(_config: RunnableConfig) -> StateGraph[Any, Any, Any, Any]:
        if broken:
            raise RuntimeError("the password is hunter2")
        return echo()

    graph = LoadedGraph(name="echo", sample=echo().compile(), factory=built_per_run)
    async with open_house(database_url, {"echo": graph}) as house:
        thread = a_thread()
        await house.say(thread, "hello")
        told = house.slack.texts(OutgoingKind.FAILURE)
        assert len(told) == 1
        assert "hunter2" not in told[0]

        broken = False
        await house.take(asked(thread, InboundKind.RETRY))

        assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said hello."]


@pytest.mark.parametrize("trouble", [SlackUnreachable("away"), RateLimited(1.0)])
async def test_a_slack_that_is_away_while_somebody_replies_is_no_fault_of_the_step(
    house: House, trouble: Exception
) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    reply = message(thread, "approve")
    await house.threads.accept(reply)
    for _ in range(MAX_ATTEMPTS + 1):
        house.slack.lookup_trouble.append(trouble)
        with pytest.raises(type(trouble)):
            await house.run_thread(thread.id)
    await house.run_thread(thread.id)
    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert not house.slack.of(OutgoingKind.FAILURE)


async def test_a_graph_that_is_no_longer_configured_is_named_and_its_decision_kept(
    database_url: str, house: House
) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    await house.vote(card, YES)
    async with open_house(database_url, {"echo": echo()}) as without:
        await without.run_thread(thread.id)
        await without.say(thread, "hello?")
        told = [*without.slack.texts(OutgoingKind.FAILURE), *without.slack.texts(OutgoingKind.NOTE)]
        assert "`gated`" in told[0]
        assert "`echo`" in told[0]
    async with open_house(database_url, everything()) as again:
        await again.take(asked(thread, InboundKind.RETRY))
        assert again.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]


async def test_whoever_finds_a_removed_graph_can_try_again_from_the_thread(
    database_url: str, house: House
) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    await house.vote(await house.the_card(thread), YES)
    async with open_house(database_url, {"echo": echo()}) as without:
        await without.run_thread(thread.id)
        assert len(without.slack.of(OutgoingKind.FAILURE)) == 1, "its message has the button"


async def test_a_busy_slack_gets_the_card_later_and_once(house: House) -> None:
    thread = a_thread()
    house.slack.trouble.append(RateLimited(20))
    await house.say(thread, "deploy")
    assert not house.slack.posts
    await house.delivery.deliver_due()
    assert not house.slack.posts, "not before the time that Slack asked for"
    await house.claims_lapse()
    await house.delivery.deliver_due()
    assert len(house.slack.of(OutgoingKind.CARD)) == 1
    await house.claims_lapse()
    assert await house.delivery.deliver_due() == 0


async def test_a_refused_card_stays_pending_and_is_tried_again(house: House) -> None:
    thread = a_thread()
    house.slack.trouble.append(refused("not_in_channel"))
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    assert (card.status, card.card_ts) == (Status.PENDING, None)
    await house.claims_lapse()
    await house.delivery.deliver_due()
    card = await house.the_card(thread)
    assert card.card_ts == house.slack.ts[f"card:{card.id}"]


async def test_what_a_thread_says_keeps_its_order_when_a_post_fails(house: House) -> None:
    thread = a_thread()
    house.slack.trouble.append(SlackUnreachable("cut"))
    await house.say(thread, "echo: one")
    await house.say(thread, "two")
    assert not house.slack.posts
    await house.claims_lapse()
    await house.delivery.deliver_due()
    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said one.", "You said two."]


async def test_a_card_decided_before_it_was_posted_is_posted_closed(house: House) -> None:
    thread = a_thread()
    house.slack.trouble.append(RateLimited(20))
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    await house.vote(card, YES)
    await house.claims_lapse()
    await house.delivery.deliver_due()
    assert house.slack.cards == {card.id: Status.DECIDED}


async def test_an_opening_becomes_a_thread_and_a_refused_one_is_explained(house: House) -> None:
    def thread_root(text: str) -> ThreadRoot:
        return ThreadRoot(
            key=f"root:{text}",
            team=TEAM,
            channel=CHANNEL,
            user="UALICE",
            text=text,
            response_url="https://x",
        )

    assert await house.threads.accept_root(thread_root("echo: hi"))
    assert not await house.threads.accept_root(thread_root("echo: hi"))
    await house.delivery.deliver_one("root:echo: hi")
    (root,) = house.slack.of(OutgoingKind.ROOT)
    ((thread,),) = [tuple(row.values()) for row in await house.rows("SELECT id FROM countersign.threads")]
    assert thread == f"{TEAM}/{CHANNEL}/{house.slack.ts[root.key]}"
    await house.run_thread(thread)
    assert house.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said hi."]

    house.slack.trouble.append(refused("channel_not_found"))
    await house.threads.accept_root(thread_root("nowhere"))
    await house.delivery.deliver_one("root:nowhere")
    assert house.slack.refused_roots == [("root:nowhere", "channel_not_found")]
    await house.claims_lapse()
    assert await house.delivery.deliver_due() == 0


async def test_a_form_sent_while_something_waits_is_no_input(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    await house.take(asked(thread, InboundKind.FORM, {"messages": []}))
    assert (await house.the_card(thread)).status is Status.PENDING


async def test_trying_again_where_nothing_failed_changes_nothing(house: House) -> None:
    thread = a_thread()
    await house.say(thread, "deploy")
    card = await house.the_card(thread)
    for kind in (InboundKind.RETRY, InboundKind.ASK_AGAIN):
        await house.take(asked(thread, kind))
    assert await house.the_card(thread) == card
    assert await house.ledger(thread) == ["opened"]
