"""Bots that are killed around a breakpoint: what was decided happens once, and nothing happens unasked."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.scenario.guides.conftest import call
from tests.support.place import NewPlace
from tests.support.stage import Stage, open_stage

PAY = """
import os
from pathlib import Path
from langchain.agents import create_agent
from langchain_core.tools import tool
from tests.support.fakes.tool_calling_model import ToolCallingModel

@tool
def pay(amount: int, to: str) -> str:
    "Pay money."
    with Path(os.environ["PROBE_FOLDER"], "paid").open("a") as file:
        file.write(f"{amount} to {to}\\n")
    return f"paid {amount} to {to}"

graph = create_agent(ToolCallingModel(), [pay], interrupt_before=["tools"])
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bank(new_place: NewPlace) -> AsyncIterator[Stage]:
    with new_place("bank") as place:
        (place.folder / "pay.py").write_text(PAY)
        graphs = {"pay": "./pay.py:graph"}
        (place.folder / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
        async with open_stage(place.folder / "stage", place.url) as stage:
            yield stage


def paid(stage: Stage) -> list[str]:
    file = stage.notes / "paid"
    return file.read_text().splitlines() if file.exists() else []


@pytest.mark.parametrize("decision", ["approve", "edit", "reject"])
async def test_a_decision_that_was_acknowledged_is_carried_out_once(bank: Stage, decision: str) -> None:
    (bank.notes / "paid").unlink(missing_ok=True)
    config = bank.folder.parent / "langgraph.json"
    own: dict[str, Any] = {"LANGGRAPH_CONFIG": str(config), "DEFAULT_GRAPH": "pay"}
    async with bank.bot(name="one", **own) as one:
        await bank.ws.connected()
        thread = await bank.ws.carol.mentions(call("pay", amount=5, to="ann"))
        card = await approval_card(thread)
        assert await one.stop() == 0
    async with bank.bot("serve", "--no-worker", name="front", **own) as front:
        await bank.ws.connected()
        if decision == "approve":
            assert (await card.approve(bank.ws.bob)).error is None
        elif decision == "edit":
            assert (await card.edit(bank.ws.bob, {"/amount": "7"})).outcome == "closed"
        else:
            assert (await card.reject(bank.ws.bob, "no")).outcome == "closed"
        await front.kill()
    assert paid(bank) == []

    async with bank.bot(name="two", **own):
        await bank.ws.connected()
        await thread.wait_for(lambda message: "Results: " in full_text(message), limit=30)
        await card.closes(limit=20)
    expected = {"approve": ["5 to ann"], "edit": ["7 to ann"], "reject": []}
    assert paid(bank) == expected[decision]
    assert [event for event, _ in bank.ledger(thread)] == ["opened", "decided", "resumed"]
