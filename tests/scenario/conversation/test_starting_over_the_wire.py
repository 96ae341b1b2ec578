"""Shortcuts, `/agent graphs` and quiet hours, with a bot process over Socket Mode and over HTTP."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from countersign.testing.cards import approval_card
from slack_local.people.threads import Thread
from tests.scenario.policy.governing import DirectMessages, asked, open_governed, resumed
from tests.support.place import Place
from tests.support.stage import Stage

POLICY = """
[[rule]]
name = "treasury"
action = "refund"
approvers = [{group = "@treasury"}]
notify = "approvers"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def governed(place: Place) -> AsyncIterator[Stage]:
    """bob is in @treasury, carol asks."""
    async with open_governed(place, POLICY) as stage:
        yield stage


async def test_a_message_is_asked_about_and_the_answer_is_below_it(governed: Stage) -> None:
    ws = governed.ws
    said = await ws.alice.says("#ops", "The invoice is late.")
    (about,) = said.messages()
    await ws.carol.shortcuts("ask_agent", about)
    form = await ws.carol.modal_opens(title="Ask the agent")
    wish = json.dumps({"ask": {"type": "tool_approval", "name": "pay", "args": {"amount": 5}}})
    sent = await ws.carol.submits(form, {"graph": "ask", "/text": wish})
    assert sent.outcome == "closed"
    thread = Thread(ws.slack, said.channel, about.ts)
    card = await approval_card(thread, limit=20)
    assert f"Requested by <@{ws.carol.id}>" in str(card.message.blocks)
    await card.approve(by=ws.bob)
    assert await resumed(governed, thread) == {"type": "approve"}


async def test_a_graph_of_a_form_is_started_in_one_modal_from_anywhere(governed: Stage) -> None:
    ws = governed.ws
    await ws.carol.shortcuts("start_agent")
    form = await ws.carol.modal_opens(title="Start an agent")
    await ws.carol.fills(form, {"graph": "approve_or_reject"})

    def fields() -> list[str]:
        return [b["block_id"] for b in form.definition["blocks"] if b["type"] == "input"]

    await ws.slack.changes.wait_for(
        "anything", lambda: "/customer" in fields(), limit=10, what=lambda: f"its fields, not {fields()}"
    )
    channel = ws.slack.state.channel("#ops")
    assert channel is not None
    values = {
        "/customer": "Dana Diaz",
        "/amount": "12.50",
        "/currency": "EUR",
        "/goodwill": "true",
    }
    sent = await ws.carol.submits(form, {"/channel": channel.id, **values})
    assert sent.outcome == "closed", sent.errors

    def root() -> Thread | None:
        started = [m for m in channel.messages.values() if m.by_bot and "started" in str(m.blocks)]
        return Thread(ws.slack, channel.id, started[-1].ts) if started else None

    thread = await ws.slack.changes.wait_for("anything", root, limit=20, what="the thread's root")
    card = await approval_card(thread, limit=20)
    assert "Dana Diaz" in card.text
    assert "Fill in the form" not in str([m.blocks for m in thread.messages()])
    await card.reject(by=ws.bob)


async def test_graphs_are_listed_with_what_they_do(governed: Stage) -> None:
    listed = (await governed.ws.carol.runs("/agent graphs")).text
    assert "`approve_or_reject`: Pays a refund once it is approved." in listed
    assert "`assistant` (default): " in listed


async def test_in_quiet_hours_the_card_comes_and_the_direct_message_does_not(governed: Stage) -> None:
    ws = governed.ws
    await ws.bob.opens_home()
    await ws.bob.home_shows(lambda view: "Set quiet hours" in str(view.definition), limit=20)
    home = ws.bob.home
    assert home is not None
    await ws.bob.clicks(home, "home:quiet", "home:quiet")
    form = await ws.bob.modal_opens(title="Quiet hours")
    # The whole day but one minute, by the clock of bob's own zone.
    gap = datetime.now(UTC) + timedelta(hours=12)
    times = {"/begins": f"{gap + timedelta(minutes=1):%H:%M}", "/ends": f"{gap:%H:%M}"}
    assert (await ws.bob.submits(form, times)).outcome == "closed"
    await ws.bob.home_shows(lambda view: "No direct messages from" in str(view.definition), limit=20)

    card = await asked(governed, "refund", amount=7)
    held = "SELECT held_at IS NOT NULL, posted_at IS NOT NULL FROM countersign.outbox WHERE kind = 'direct'"
    await ws.slack.changes.wait_for(
        "anything", lambda: governed.rows(held) == [(True, False)] or None, limit=20, what="a held message"
    )
    assert card.is_open

    home = ws.bob.home
    assert home is not None
    await ws.bob.clicks(home, "home:quiet:off", "home:quiet")
    direct = DirectMessages(governed, ws.bob.direct())
    await direct.saying("Your approval is needed", "7")
    await card.approve(by=ws.bob)
