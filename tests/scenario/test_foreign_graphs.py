"""Graphs that know nothing of us, each from its own langgraph.json, with every decision that they allow."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio

from countersign.testing.cards import ApprovalCard, approval_card, approval_cards
from slack_local.block_kit.input_state import NotPossibleError
from slack_local.block_kit.text import full_text
from slack_local.people.threads import Thread
from tests.scenario.guides.conftest import open_project
from tests.support.place import NewPlace
from tests.support.stage import Stage

FOREIGN = Path(__file__).parent / "foreign"
Open: TypeAlias = Callable[[str], AbstractAsyncContextManager[Stage]]


@pytest.fixture(scope="module")
def hosting(new_place: NewPlace) -> Open:
    @asynccontextmanager
    async def hosted(name: str) -> AsyncIterator[Stage]:
        with new_place(name) as place:
            async with open_project(FOREIGN / name, place) as player:
                yield player.stage

    return hosted


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def batched(hosting: Open) -> AsyncIterator[Stage]:
    async with hosting("batched") as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def per_call(hosting: Open) -> AsyncIterator[Stage]:
    async with hosting("per_call") as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deep(hosting: Open) -> AsyncIterator[Stage]:
    async with hosting("deep") as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def inbox(hosting: Open) -> AsyncIterator[Stage]:
    async with hosting("inbox") as stage:
        yield stage


def call(name: str, **args: Any) -> dict[str, Any]:
    return {"name": name, "args": args, "id": f"call_{name}_{abs(hash(str(args)))}"}


async def asked(stage: Stage, *calls: dict[str, Any]) -> Thread:
    return await stage.ws.carol.mentions(json.dumps(calls))


def row(card: ApprovalCard, number: int) -> str:
    """The block id of a row's buttons, as it is now."""
    ids = [block["block_id"] for block in card.message.blocks if block["type"] == "actions"]
    return str(next(block_id for block_id in ids if block_id.startswith(f"row:{number}:")))


def rows(card: ApprovalCard) -> list[int]:
    """The rows that can still be decided."""
    ids = [block["block_id"] for block in card.message.blocks if block["type"] == "actions"]
    return [int(block_id.split(":")[1]) for block_id in ids if block_id.startswith("row:")]


async def shows_rows(card: ApprovalCard, *open_rows: int) -> None:
    await card.thread.wait_until(lambda: rows(card) == list(open_rows), what=f"open rows {open_rows}")


async def test_batched_rows_are_decided_one_by_one_and_resume_once(batched: Stage) -> None:
    bob, alice = batched.ws.bob, batched.ws.alice
    two_refunds = call("refund", amount=5, to="ann"), call("refund", amount=7, to="bo")
    thread = await asked(batched, two_refunds[0], call("log_out", user="eve"), two_refunds[1])
    card = await approval_card(thread)
    assert len(approval_cards(thread)) == 1
    assert rows(card) == [0, 1, 2]
    with pytest.raises(NotPossibleError):
        await card.click("approval:edit", bob, row(card, 1))

    await card.edit(bob, {"/amount": "8.5"}, row(card, 2))
    await shows_rows(card, 0, 1)
    assert "Edited and approved" in card.text
    await card.reject(alice, "she is at work", row(card, 1))
    await shows_rows(card, 0)
    assert thread.from_bot()[-1].ts == card.ts
    await card.approve(bob, row(card, 0))

    told = await thread.wait_for("Results: ")
    results = told.text.split("Results: ")[-1].split(" | ")
    assert len(results) == 3
    assert "paid 5.0 to ann" in results
    assert any("paid 8.5 to bo" in result for result in results)
    assert any("log_out" in result and "she is at work" in result for result in results)
    assert not card.is_open
    events = [event for event, _ in batched.ledger(thread)]
    assert events == ["opened", "voted", "voted", "decided", "resumed"]


async def test_batched_the_rest_is_approved_at_once(batched: Stage) -> None:
    calls = [call("refund", amount=n, to=f"person{n}") for n in range(1, 5)]
    thread = await asked(batched, *calls)
    card = await approval_card(thread)
    await card.reject(batched.ws.bob, block_id=row(card, 1))
    await shows_rows(card, 0, 2, 3)

    await card.click("approval:approve_rest", batched.ws.alice)

    told = await thread.wait_for("Results: ")
    assert [f"to person{n}" in told.text for n in range(1, 5)] == [True, False, True, True]
    assert "rejected" in told.text
    by = [by for event, by in batched.ledger(thread) if event in {"voted", "decided"}]
    assert by == ["bob", "alice"]


async def test_batched_a_row_that_is_decided_is_not_decided_again(batched: Stage) -> None:
    thread = await asked(batched, call("refund", amount=1, to="a"), call("refund", amount=2, to="b"))
    card = await approval_card(thread)
    late = batched.ws.alice.click_payload(card.message, "approval:approve", row(card, 0))
    await card.reject(batched.ws.bob, block_id=row(card, 0))
    await shows_rows(card, 1)

    await batched.ws.alice.clicks_raw(late)

    await batched.ws.alice.sees_ephemeral("already")
    await card.approve(batched.ws.bob, row(card, 1))
    told = await thread.wait_for("Results: ")
    assert "paid 1.0" not in told.text
    assert "paid 2.0 to b" in told.text


async def test_batched_words_in_place_of_a_result(batched: Stage) -> None:
    thread = await asked(batched, call("refund", amount=1, to="a"))

    await (await approval_card(thread)).respond(batched.ws.bob, "it was paid yesterday")

    await thread.wait_for("Results: it was paid yesterday")


async def test_batched_what_is_not_gated_runs_at_once(batched: Stage) -> None:
    thread = await asked(batched, call("look_up", what="the weather"))

    await thread.wait_for("Results: found the weather")

    assert thread.cards() == []


async def test_batched_an_edit_of_the_wrong_type_is_reported_and_spoils_nothing(
    batched: Stage,
) -> None:
    thread = await asked(batched, call("refund", amount=1, to="a"))
    card = await approval_card(thread)
    view = await card.form("approval:edit", batched.ws.bob)

    refused = await batched.ws.bob.submits(view, {"/amount": "a lot"})

    assert refused.outcome in {"errors", "incomplete"}
    assert set(refused.errors) == {"/amount"}
    taken = await batched.ws.bob.submits(view, {"/amount": "3"})
    assert taken.outcome == "closed"
    assert "paid 3.0 to a" in (await thread.wait_for("Results: ")).text


DECISIONS: dict[str, tuple[Callable[[ApprovalCard, Stage], Any], str]] = {
    "approve": (lambda card, stage: card.approve(stage.ws.bob), "paid 9.0 to ann"),
    "edit": (lambda card, stage: card.edit(stage.ws.bob, {"/to": "bo"}), "paid 9.0 to bo"),
    "reject": (lambda card, stage: card.reject(stage.ws.bob, "too much"), "too much"),
    "respond": (lambda card, stage: card.respond(stage.ws.bob, "paid in cash"), "Results: paid in cash"),
}


@pytest.mark.parametrize("kind", DECISIONS)
async def test_per_call_every_decision(per_call: Stage, kind: str) -> None:
    decide, result = DECISIONS[kind]
    thread = await asked(per_call, call("refund", amount=9, to="ann"))

    await decide(await approval_card(thread), per_call)

    assert result in full_text(await thread.wait_for("Results: "))


async def test_per_call_each_call_has_its_card_and_they_are_decided_in_any_order(per_call: Stage) -> None:
    thread = await asked(per_call, call("refund", amount=1, to="ann"), call("log_out", user="eve"))
    cards = [await approval_card(thread), await approval_card(thread, 1)]
    refund = next(card for card in cards if "ann" in card.text)
    log_out = next(card for card in cards if "eve" in card.text)
    assert {*log_out.actions} == {"approval:approve", "approval:reject"}

    await log_out.reject(per_call.ws.bob, "not yet")
    await log_out.closes()
    assert refund.is_open
    await refund.approve(per_call.ws.alice)

    told = full_text(await thread.wait_for("Results: "))
    assert "paid 1.0 to ann" in told
    assert "not yet" in told


@pytest.mark.parametrize("kind", ["approve", "edit", "reject", "respond"])
async def test_deep_agents_own_gate(deep: Stage, kind: str) -> None:
    decide, result = DECISIONS[kind]
    thread = await asked(deep, call("refund", amount=9, to="ann"))

    await decide(await approval_card(thread), deep)

    assert result in full_text(await thread.wait_for("Results: "))


@pytest.mark.parametrize(("kind", "result"), [("approve", "paid 4.0 to cy"), ("reject", "too much")])
async def test_deep_agents_subagents_gate(deep: Stage, kind: str, result: str) -> None:
    inner = json.dumps([call("refund", amount=4, to="cy")])
    thread = await asked(deep, call("task", description=inner, subagent_type="clerk"))
    card = await approval_card(thread)
    assert "cy" in card.text
    assert {*card.actions} == {"approval:approve", "approval:reject"}

    await DECISIONS[kind][0](card, deep)

    assert result in full_text(await thread.wait_for("Results: "))


async def test_deep_agents_subagents_side_by_side(deep: Stage) -> None:
    tasks = [
        call("task", description=json.dumps([call("refund", amount=n, to=f"p{n}")]), subagent_type="clerk")
        for n in (1, 2)
    ]
    thread = await asked(deep, *tasks)
    cards = [await approval_card(thread), await approval_card(thread, 1)]
    second = next(card for card in cards if "p2" in card.text)
    first = next(card for card in cards if "p1" in card.text)

    await second.approve(deep.ws.bob)
    await second.closes()
    assert first.is_open
    await first.reject(deep.ws.alice, "not him")

    told = full_text(await thread.wait_for("Results: "))
    assert "paid 2.0 to p2" in told
    assert "not him" in told


@pytest.mark.parametrize(
    ("decide", "outcome"),
    [
        (lambda card, ws: card.approve(ws.bob), "sent to ann"),
        (lambda card, ws: card.edit(ws.bob, {"/body": "Goodbye"}), "send_email to ann: Goodbye"),
        (lambda card, ws: card.respond(ws.bob, "ask her first"), "told: ask her first"),
        (lambda card, ws: card.reject(ws.bob), "dropped"),
    ],
    ids=["accept", "edit", "response", "ignore"],
)
async def test_agent_inbox_every_decision(
    inbox: Stage, decide: Callable[[ApprovalCard, Any], Any], outcome: str
) -> None:
    thread = await inbox.ws.carol.mentions("ann")
    card = await approval_card(thread)
    assert "An email that is ready to go." in card.text
    assert {*card.actions} == {"approval:approve", "approval:edit", "approval:respond", "approval:reject"}

    await decide(card, inbox.ws)

    result = await thread.wait_for(lambda message: "*Result*" in full_text(message))
    assert outcome in full_text(result)
