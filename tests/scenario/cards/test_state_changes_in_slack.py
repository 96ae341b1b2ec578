"""“Answer and change the state” as people see it: the button where a rule allows it, form, closed card."""

import json
from collections.abc import AsyncIterator

import pytest_asyncio

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.support.in_process import bot_in_process
from tests.support.place import NewPlace
from tests.support.stage import Stage, open_stage

UPDATE = "approval:update"
POLICY = """
[[rule]]
name = "orders"
graph = "order"
state_changes = true
"""
GRAPH = """
from typing import NotRequired
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

class Wish(TypedDict):
    text: str

class Order(Wish):
    amount: NotRequired[int]
    outcome: NotRequired[str]

def prepare(state: Order) -> dict:
    return {"amount": 5}

def ask(state: Order) -> dict:
    if interrupt({"question": "Order it?", "amount": state["amount"]}):
        return {"outcome": f"ordered {state['amount']} of {state['text']}"}
    return {"outcome": "nothing"}

builder = StateGraph(Order, input_schema=Wish)
builder.add_node("prepare", prepare)
builder.add_node("ask", ask)
builder.add_edge(START, "prepare")
builder.add_edge("prepare", "ask")
graph = builder.compile()
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(new_place: NewPlace) -> AsyncIterator[Stage]:
    with new_place("shop") as place:
        (place.folder / "shop.py").write_text(GRAPH)
        (place.folder / "approvals.toml").write_text(POLICY)
        graphs = {"order": "./shop.py:graph", "other": "./shop.py:graph"}
        config = place.folder / "langgraph.json"
        config.write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
        async with open_stage(place.folder / "stage", place.url) as stage:
            environment = stage.environment(
                LANGGRAPH_CONFIG=str(config),
                POLICY_FILE=str(place.folder / "approvals.toml"),
                DEFAULT_GRAPH="order",
            )
            async with bot_in_process(environment):
                await stage.ws.connected()
                yield stage


async def test_the_button_is_there_only_where_the_rule_allows_it(shop: Stage) -> None:
    allowed = await approval_card(await shop.ws.carol.mentions("order: lamps"))
    other = await approval_card(await shop.ws.carol.mentions("other: lamps"))

    assert UPDATE in allowed.actions
    assert UPDATE not in other.actions
    await allowed.reject(shop.ws.bob)
    await other.reject(shop.ws.bob)


async def test_the_answer_and_the_change_arrive_together_and_are_recorded(shop: Stage) -> None:
    thread = await shop.ws.carol.mentions("order: lamps")
    card = await approval_card(thread)

    wrong = await card.submit(UPDATE, shop.ws.bob, {"/as": "approve", "/state/amount": "many"})
    assert wrong.outcome in {"errors", "incomplete"}
    assert set(wrong.errors) == {"/state/amount"}
    assert shop.ws.bob.modal is not None
    done = await shop.ws.bob.submits(shop.ws.bob.modal, {"/as": "approve", "/state/amount": "7"})
    assert done.outcome == "closed"

    await thread.wait_for(lambda message: "ordered 7 of lamps" in full_text(message))
    await card.closes()
    assert "Changed in the state" in card.text
    assert [event for event, _ in shop.ledger(thread)] == ["opened", "decided", "resumed"]
    ((detail,),) = shop.rows(
        "SELECT detail FROM countersign.ledger WHERE thread_id = %s AND event = 'decided'", thread.id
    )
    assert detail["rows"]["0"]["state"] == {"amount": {"before": 5, "after": 7}}


async def test_an_answer_without_a_change_is_an_answer(shop: Stage) -> None:
    thread = await shop.ws.carol.mentions("order: lamps")
    card = await approval_card(thread)

    assert (await card.submit(UPDATE, shop.ws.bob, {"/as": "reject"})).outcome == "closed"

    await thread.wait_for(lambda message: "nothing" in full_text(message))
