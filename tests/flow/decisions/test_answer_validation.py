"""Judging an answer takes up to a second, in which the event loop acknowledges what others do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.interrupts import InvalidDecision
from countersign.interrupts.validation.deadline import SECONDS
from tests.support.harness import Harness, a_thread, open_harness

LEVELS: dict[str, Any] = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}
ENDLESS: dict[str, Any] = {"$defs": {**LEVELS, "a40": {"type": "string"}}, "$ref": "#/$defs/a0"}
OBJECT: dict[str, Any] = {
    "type": "object",
    "properties": {"x": {"$ref": "#/$defs/a0"}},
    "$defs": ENDLESS["$defs"],
}


def asks(schema: dict[str, Any]) -> StateGraph[Any, Any, Any, Any]:
    def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [("ai", str(interrupt("Which?", response_schema=schema)))]}

    return StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask")


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, {"text": asks(ENDLESS), "object": asks(OBJECT)}) as opened:
        yield opened


async def longest_pause(work: Awaitable[object]) -> float:
    """The longest time, in seconds, in which the loop ran nothing else."""
    loop = asyncio.get_running_loop()
    pauses: list[float] = []

    async def tick() -> None:
        while True:
            before = loop.time()
            await asyncio.sleep(0.005)
            pauses.append(loop.time() - before)

    ticking = asyncio.create_task(tick())
    try:
        await work
        await asyncio.sleep(0.01)
    finally:
        ticking.cancel()
    return max(pauses)


async def test_a_form_that_takes_long_to_judge_holds_up_no_loop(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "object: please")
    card = await harness.the_card(thread)
    value: Json = {"x": "y"}

    async def decide() -> None:
        with pytest.raises(InvalidDecision):
            await harness.vote(card, DecisionKind.RESPOND, value)

    assert await longest_pause(decide()) < SECONDS / 2


async def test_a_reply_that_takes_long_to_judge_holds_up_no_loop(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "text: please")
    assert await longest_pause(harness.say(thread, '"an answer"')) < SECONDS / 2
    assert "takes too long" in harness.slack.texts(OutgoingKind.NOTE)[-1]
    await harness.the_card(thread)
