"""A conversation is begun anew: forgotten by its graph, kept in the ledger."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.approvals.policy.policies import a_policy
from tests.flow.conversation.test_stop import stop_in, watch
from tests.flow.graphs import working_graphs
from tests.flow.graphs.graphs_to_host import failing, gated, parallel
from tests.flow.graphs.working_graphs import heard, hold
from tests.support.fakes.fake_slack import GUEST
from tests.support.harness import Harness, a_thread, asked, message, open_harness
from tests.support.under_policy import notes

STARTED_OVER = "Started over. The next message begins a new conversation. What was decided stays on record."
GRANT = '[[rule]]\nname = "r"\ngrant = {for = "1h", scope = "thread"}\n'


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    working_graphs.gates.clear()
    failing.clear()
    graphs = {"two_steps": working_graphs.two_steps(), "gated": gated(), "parallel": parallel()}
    async with open_harness(database_url, graphs) as opened:
        yield opened


def reset_in(thread: ThreadRef, user: str = "UALICE") -> Inbound:
    return replace(stop_in(thread, user), kind=InboundKind.RESET, ts=None)


async def checkpoints(harness: Harness, thread: ThreadRef) -> int:
    (row,) = await harness.rows("SELECT count(*) AS n FROM checkpoints WHERE thread_id = %s", thread.id)
    return int(row["n"])


async def test_the_graph_forgets_and_the_thread_keeps_its_graph(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "gated: deploy")
    await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)
    assert await checkpoints(harness, thread)

    await harness.take(reset_in(thread))

    assert await checkpoints(harness, thread) == 0
    assert notes(harness) == [STARTED_OVER]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    await harness.say(thread, "destroy")
    card = await harness.the_card(thread)
    assert card.value == {"question": "Do it?", "what": "destroy"}
    await harness.answer(card, DecisionKind.APPROVE)
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy.", "Did destroy."]


async def test_what_waits_is_withdrawn_and_what_is_kept_or_queued_is_not_read(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "parallel: x")
    cards = await harness.pending(thread)
    assert await harness.threads.accept(message(thread, "y"))  # told that two wait
    assert await harness.threads.accept(reset_in(thread))

    await harness.run_thread(thread.id)

    assert await harness.pending(thread) == []
    for card in cards:
        assert harness.slack.cards[card.id] is Status.WITHDRAWN
    entries = await harness.rows(
        "SELECT actor_id, detail FROM countersign.ledger WHERE thread_id = %s AND event = 'withdrawn'",
        thread.id,
    )
    assert [(row["actor_id"], row["detail"]) for row in entries] == [
        ("UALICE", "ualice started the conversation over.")
    ] * 2


async def test_a_run_is_stopped_first(harness: Harness) -> None:
    thread = a_thread()
    gate = hold(thread.id)
    run = asyncio.create_task(harness.say(thread, "one"))
    await gate.reached.wait()
    assert await harness.threads.accept(reset_in(thread))

    await watch(harness)()
    gate.go.set()
    await run

    assert notes(harness) == [STARTED_OVER]
    assert await checkpoints(harness, thread) == 0
    await harness.say(thread, "two")
    assert heard[thread.id] == ["one", "two"]


async def test_a_thread_that_failed_after_a_decision_gets_out_of_it(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "gated: deploy")
    failing.add(thread.id)
    await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)
    failing.clear()

    await harness.take(reset_in(thread))

    assert (await harness.ledger(thread))[-1] == "withdrawn"
    await harness.take(asked(thread, InboundKind.RETRY))  # on the old message about the failure
    assert harness.slack.of(OutgoingKind.DONE) == []
    await harness.say(thread, "again")
    assert (await harness.the_card(thread)).value == {"question": "Do it?", "what": "again"}


async def test_only_who_asked_resets_while_their_request_waits(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "gated: deploy")

    await harness.take(reset_in(thread, "UBOB"))

    assert await harness.pending(thread)
    assert "Only the person who asked" in harness.slack.ephemerals[-1][1]
    await harness.answer(await harness.the_card(thread), DecisionKind.REJECT)
    await harness.take(reset_in(thread, GUEST))
    assert (
        "Only the person who started this conversation, or a full member" in harness.slack.ephemerals[-1][1]
    )
    assert await checkpoints(harness, thread)
    await harness.take(reset_in(thread, "UBOB"))
    assert await checkpoints(harness, thread) == 0


async def test_the_grants_of_the_thread_end(harness: Harness) -> None:
    harness.policy.policy = a_policy(GRANT)
    thread = a_thread()
    await harness.say(thread, "gated: deploy")
    await harness.vote(await harness.the_card(thread), DecisionKind.APPROVE, grant=True)
    await harness.run_thread(thread.id)

    await harness.take(reset_in(thread))

    assert "grant_revoked" in await harness.ledger(thread)
    await harness.say(thread, "deploy")
    assert await harness.pending(thread), "it is asked about again"


async def test_a_message_that_waits_for_a_run_is_told_so_once(harness: Harness) -> None:
    thread = a_thread()
    gate = hold(thread.id)
    run = asyncio.create_task(harness.say(thread, "one"))
    await gate.reached.wait()
    for text, user in (("two", "UALICE"), ("three", "UALICE"), ("four", "UBOB")):
        assert await harness.threads.accept(message(thread, text, user=user))
    assert await harness.threads.newly_queued() == (), "most waits are over before anybody looks"
    await harness.rows("UPDATE countersign.inbox SET received_at = received_at - interval '2 seconds'")

    told = await harness.threads.newly_queued()

    assert [(row.user, row.text) for row in told] == [("UALICE", "two"), ("UBOB", "four")]
    assert await harness.threads.newly_queued() == ()
    assert await harness.threads.accept(message(thread, "five"))
    await harness.rows("UPDATE countersign.inbox SET received_at = received_at - interval '2 seconds'")
    assert await harness.threads.newly_queued() == (), "who was told knows it"
    gate.go.set()
    await run
    assert heard[thread.id] == ["one", "two", "three", "four", "five"]
