"""Ways around a rule of the policy file, through Slack's wire, both ways: none of them runs anything."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from countersign.testing.cards import approval_card
from tests.scenario.policy.governing import add_groups, asked, calling, resumed, shows
from tests.scenario.policy.test_break_glass_over_the_wire import freeze_now
from tests.support.place import Place
from tests.support.processes.bots import BotProcess
from tests.support.stage import Stage, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

IBAN = "DE99 7777 1234"
POLICY = """
[[rule]]
name = "elsewhere"
action = "elsewhere"
post_to = "#signatures"
approvers = [{group = "@finance"}]

[[rule]]
name = "frozen"
action = "frozen"
approvers = [{group = "@finance"}]
freeze = "freeze.ics"
break_glass = [{group = "@oncall"}]

[[rule]]
name = "hidden"
action = "hidden"
redact = ["/iban"]
"""
FAILING = """
from langgraph.graph import MessagesState, StateGraph
from langgraph.types import interrupt


def pay(state):
    iban = "DE99 7777 1234"
    interrupt({"type": "tool_approval", "name": "hidden", "args": {"iban": iban, "amount": 12}})
    raise RuntimeError("The bank is closed.")


graph = StateGraph(MessagesState).add_node(pay).set_entry_point("pay")
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def governed(place: Place) -> AsyncIterator[tuple[Stage, BotProcess]]:
    """Alice is on call, bob is in finance, carol asks."""
    (place.folder / "approvals.toml").write_text(POLICY)
    (place.folder / "freeze.ics").write_text(freeze_now())
    (place.folder / "failing.py").write_text(FAILING)
    async with open_stage(place.folder, place.url, mode=place.mode) as stage:
        add_groups(stage)
        config = json.loads(stage.config.read_text())
        config["graphs"]["failing"] = str(place.folder / "failing.py:graph")
        stage.config.write_text(json.dumps(config))
        async with stage.bot(POLICY_FILE=str(place.folder / "approvals.toml")) as bot:
            yield stage, bot
            assert await bot.stop() == 0, bot.said


async def test_the_reject_of_a_breakpoint_never_runs_the_step(governed: tuple[Stage, BotProcess]) -> None:
    stage, _ = governed
    thread = await stage.ws.carol.mentions("stops: go")
    card = await approval_card(thread, limit=20)

    await card.reject(by=stage.ws.bob)
    await card.closes(limit=20)
    await thread.wait_for("stopped", limit=20)
    await stage.ws.bob.replies(thread, "approve")
    again = await approval_card(thread, limit=20)

    assert again.message.ts != card.message.ts, "a new message is a new question"
    assert not [message for message in thread.from_bot() if "Paid" in f"{message.text} {message.blocks}"]
    await again.reject(by=stage.ws.bob)
    await again.closes(limit=20)


async def test_who_sees_the_other_channel_decides_nothing_there(governed: tuple[Stage, BotProcess]) -> None:
    stage, _ = governed
    ws = stage.ws
    thread = await stage.asks({"ask": calling("elsewhere")})
    await thread.wait_for("Waits for a decision: Elsewhere", limit=20)
    place = await ws.bot_thread("signatures", limit=20)
    card = await approval_card(place, limit=20)

    await card.approve(by=ws.alice)
    await ws.alice.sees_ephemeral("Only @finance can decide this.")
    await ws.alice.replies(place, "approve")
    await ws.bob.replies(thread, "approve")
    await thread.wait_for("Use the card in another channel", limit=20)

    assert [event for event, _ in stage.ledger(thread)] == ["opened", "refused"]
    await card.approve(by=ws.bob)
    assert await resumed(stage, thread) == {"type": "approve"}


async def test_nobody_but_those_who_are_named_breaks_the_glass(governed: tuple[Stage, BotProcess]) -> None:
    stage, _ = governed
    ws = stage.ws
    card = await asked(stage, "frozen")

    for person, told in ((ws.carol, "A freeze is on"), (ws.bob, "A freeze is on"), (ws.gus, "Guests can't")):
        await card.approve(by=person)
        await person.sees_ephemeral(told)
        await person.replies(card.thread, "approve")

    assert {event for event, _ in stage.ledger(card.thread)} == {"opened", "refused"}
    assert stage.rows("SELECT count(*) FROM countersign.glass_breaks") == [(0,)]
    await card.submit("approval:approve", ws.alice, {"/message": "the shop is down"})
    assert await resumed(stage, card.thread) == {"type": "approve"}
    await shows(card, ":rotating_light:")


async def test_what_a_rule_redacts_is_nowhere_after_a_run_that_fails(
    governed: tuple[Stage, BotProcess],
) -> None:
    stage, bot = governed
    thread = await stage.ws.carol.mentions("failing: go")
    card = await approval_card(thread, limit=20)
    await card.approve(by=stage.ws.bob)
    await thread.wait_for("This run", limit=20)
    _, metrics = await bot.get("/metrics")

    assert "The bank is closed." in bot.said, "the failure is in the log"
    for name, text in {
        "log": bot.said,
        "thread": str([f"{message.text} {message.blocks}" for message in thread.from_bot()]),
        "metrics": metrics,
        "job arguments": str(stage.rows("SELECT args, lock, queueing_lock FROM procrastinate_jobs")),
        "outbox": str(stage.rows("SELECT * FROM countersign.outbox")),
        "ledger": str(stage.rows("SELECT * FROM countersign.ledger")),
    }.items():
        assert IBAN not in text, name
