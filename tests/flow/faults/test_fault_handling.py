"""What becomes of a thread when Slack, the graph or its configuration fails."""

from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.errors import RateLimited, SlackUnreachable
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind, ThreadRoot
from countersign.flow.steps.parking import MAX_ATTEMPTS
from countersign.runs.loading import LoadedGraph
from tests.flow.graphs.graphs_to_host import echo
from tests.flow.graphs.prepared_graphs import everything_prepared
from tests.support.fakes.fake_slack import refused
from tests.support.harness import CHANNEL, TEAM, Harness, a_thread, asked, message, open_harness

YES = DecisionKind.APPROVE


async def too_often(harness: Harness, thread_id: str) -> None:
    """As often as a step may take its worker down, and once more."""
    await harness.rows("UPDATE countersign.threads SET attempts = %s WHERE id = %s", MAX_ATTEMPTS, thread_id)


async def test_a_step_that_kills_its_worker_is_stopped_reported_and_can_be_tried_again(
    harness: Harness,
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.vote(await harness.the_card(thread), YES)
    for time in (1, 2):
        await too_often(harness, thread.id)
        await harness.run_thread(thread.id) if time == 1 else await harness.take(
            asked(thread, InboundKind.RETRY)
        )
        assert len(harness.slack.of(OutgoingKind.FAILURE)) == time
        assert harness.tools.posts == {}

    await harness.take(asked(thread, InboundKind.RETRY))

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert len(harness.tools.posts) == 1


async def test_setting_a_decision_aside_swallows_no_message(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.vote(await harness.the_card(thread), YES)
    await too_often(harness, thread.id)
    await harness.say(thread, "are you there?")
    assert len(harness.slack.of(OutgoingKind.FAILURE)) == 1
    assert "Try again" in harness.slack.texts(OutgoingKind.NOTE)[0]


async def test_a_message_that_was_parked_reaches_the_graph_when_it_is_tried_again(
    harness: Harness,
) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "echo: hello"))
    await too_often(harness, thread.id)
    await harness.run_thread(thread.id)
    assert len(harness.slack.of(OutgoingKind.FAILURE)) == 1

    await harness.take(asked(thread, InboundKind.RETRY))

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said hello."]


async def test_a_graph_that_cannot_be_built_for_a_run_is_reported_and_tried_again(database_url: str) -> None:
    broken = True

    def built_per_run(_config: RunnableConfig) -> StateGraph[Any, Any, Any, Any]:
        if broken:
            raise RuntimeError("the password is hunter2")
        return echo()

    graph = LoadedGraph(name="echo", sample=echo().compile(), factory=built_per_run)
    async with open_harness(database_url, {"echo": graph}) as harness:
        thread = a_thread()
        await harness.say(thread, "hello")
        told = harness.slack.texts(OutgoingKind.FAILURE)
        assert len(told) == 1
        assert "hunter2" not in told[0]

        broken = False
        await harness.take(asked(thread, InboundKind.RETRY))

        assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said hello."]


@pytest.mark.parametrize("fault", [SlackUnreachable("away"), RateLimited(1.0)])
async def test_a_slack_that_is_away_while_somebody_replies_is_no_fault_of_the_step(
    harness: Harness, fault: Exception
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    reply = message(thread, "approve")
    await harness.threads.accept(reply)
    for _ in range(MAX_ATTEMPTS + 1):
        harness.slack.lookup_failures.append(fault)
        with pytest.raises(type(fault)):
            await harness.run_thread(thread.id)
    await harness.run_thread(thread.id)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert not harness.slack.of(OutgoingKind.FAILURE)


async def test_a_graph_that_is_no_longer_configured_is_named_and_its_decision_kept(
    database_url: str, harness: Harness
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.vote(card, YES)
    async with open_harness(database_url, {"echo": echo()}) as without:
        await without.run_thread(thread.id)
        await without.say(thread, "hello?")
        told = [*without.slack.texts(OutgoingKind.FAILURE), *without.slack.texts(OutgoingKind.NOTE)]
        assert "`gated`" in told[0]
        assert "`echo`" in told[0]
    async with open_harness(database_url, everything_prepared()) as again:
        await again.take(asked(thread, InboundKind.RETRY))
        assert again.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]


async def test_whoever_finds_a_removed_graph_can_try_again_from_the_thread(
    database_url: str, harness: Harness
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.vote(await harness.the_card(thread), YES)
    async with open_harness(database_url, {"echo": echo()}) as without:
        await without.run_thread(thread.id)
        assert len(without.slack.of(OutgoingKind.FAILURE)) == 1, "its message has the button"


async def test_a_busy_slack_gets_the_card_later_and_once(harness: Harness) -> None:
    thread = a_thread()
    harness.slack.post_failures.append(RateLimited(20))
    await harness.say(thread, "deploy")
    assert not harness.slack.posts
    await harness.delivery.deliver_due()
    assert not harness.slack.posts, "not before the time that Slack asked for"
    await harness.expire_claims()
    await harness.delivery.deliver_due()
    assert len(harness.slack.of(OutgoingKind.CARD)) == 1
    await harness.expire_claims()
    assert await harness.delivery.deliver_due() == 0


async def test_a_refused_card_stays_pending_and_is_tried_again(harness: Harness) -> None:
    thread = a_thread()
    harness.slack.post_failures.append(refused("not_in_channel"))
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    assert (card.status, card.card_ts) == (Status.PENDING, None)
    await harness.expire_claims()
    await harness.delivery.deliver_due()
    card = await harness.the_card(thread)
    assert card.card_ts == harness.slack.ts[f"card:{card.id}"]


async def test_what_a_thread_says_keeps_its_order_when_a_post_fails(harness: Harness) -> None:
    thread = a_thread()
    harness.slack.post_failures.append(SlackUnreachable("cut"))
    await harness.say(thread, "echo: one")
    await harness.say(thread, "two")
    assert not harness.slack.posts
    await harness.expire_claims()
    await harness.delivery.deliver_due()
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said one.", "You said two."]


async def test_a_card_decided_before_it_was_posted_is_posted_closed(harness: Harness) -> None:
    thread = a_thread()
    harness.slack.post_failures.append(RateLimited(20))
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    await harness.vote(card, YES)
    await harness.expire_claims()
    await harness.delivery.deliver_due()
    assert harness.slack.cards == {card.id: Status.DECIDED}


async def test_an_opening_becomes_a_thread_and_a_refused_one_is_explained(harness: Harness) -> None:
    def thread_root(text: str) -> ThreadRoot:
        return ThreadRoot(
            key=f"root:{text}",
            team=TEAM,
            channel=CHANNEL,
            user="UALICE",
            text=text,
            response_url="https://x",
        )

    assert await harness.threads.accept_root(thread_root("echo: hi"))
    assert not await harness.threads.accept_root(thread_root("echo: hi"))
    await harness.delivery.deliver_one("root:echo: hi")
    (root,) = harness.slack.of(OutgoingKind.ROOT)
    ((thread,),) = [tuple(row.values()) for row in await harness.rows("SELECT id FROM countersign.threads")]
    assert thread == f"{TEAM}/{CHANNEL}/{harness.slack.ts[root.key]}"
    await harness.run_thread(thread)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said hi."]

    harness.slack.post_failures.append(refused("channel_not_found"))
    await harness.threads.accept_root(thread_root("nowhere"))
    await harness.delivery.deliver_one("root:nowhere")
    assert harness.slack.refused_roots == [("root:nowhere", "channel_not_found")]
    await harness.expire_claims()
    assert await harness.delivery.deliver_due() == 0


async def test_a_form_sent_while_something_waits_is_no_input(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    await harness.take(asked(thread, InboundKind.FORM, {"messages": []}))
    assert (await harness.the_card(thread)).status is Status.PENDING


async def test_trying_again_where_nothing_failed_changes_nothing(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    card = await harness.the_card(thread)
    for kind in (InboundKind.RETRY, InboundKind.ASK_AGAIN):
        await harness.take(asked(thread, kind))
    assert await harness.the_card(thread) == card
    assert await harness.ledger(thread) == ["opened"]
