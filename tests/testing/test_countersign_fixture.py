"""The `countersign` fixture, in a test as somebody with a graph of their own would write it."""

from pathlib import Path

import pytest

from countersign.demo.bot.process import CountersignBot
from countersign.testing.cards import approval_card
from countersign.testing.pytest_plugin import (
    countersign,
    countersign_environment,
    countersign_folder,
    countersign_model,
)
from slack_local.pytest_plugin import workspace, workspace_app
from slack_local.workspace import LocalWorkspace

__all__ = [
    "countersign",
    "countersign_environment",
    "countersign_folder",
    "countersign_model",
    "workspace",
    "workspace_app",
]

GRAPH = """
from typing import TypedDict
from langgraph.graph import StateGraph
from langgraph.types import interrupt

class State(TypedDict):
    wish: str

def pay(state):
    paid = interrupt({"question": "Pay?", "wish": state["wish"]})
    return {"wish": f"{state['wish']}: {'paid' if paid else 'kept'}."}

# What a graph prints into the log is not taken for what the bot says of itself.
print("listening http://127.0.0.1:9")
print("countersign: nothing")

graph = StateGraph(State).add_node(pay).set_entry_point("pay")
"""


@pytest.fixture
def countersign_config(tmp_path: Path) -> Path:
    (tmp_path / "refunds.py").write_text(GRAPH)
    config = tmp_path / "langgraph.json"
    config.write_text('{"dependencies": ["."], "graphs": {"refunds": "./refunds.py:graph"}}')
    return config


async def test_a_graph_of_ones_own_asks_and_is_answered_across_a_kill(
    workspace: LocalWorkspace, countersign: CountersignBot
) -> None:
    thread = await workspace.alice.mentions("refund 12")
    card = await approval_card(thread)
    assert "refund 12" in card.text
    await countersign.kill()
    await countersign.start()
    await workspace.connected()
    await card.approve(by=workspace.bob)
    await card.closes()
    assert "Approved" in card.text
    await thread.wait_for("refund 12: paid.")
