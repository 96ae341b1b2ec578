"""The names of a graph's tools, gated or not, and which of them look like one that is asked about."""

from datetime import UTC, datetime

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.tools import StructuredTool

from countersign.approvals.json import Json
from countersign.flow.graph_state import GraphState, PendingInterrupt
from countersign.flow.steps.results.reconciliation import reconcile
from countersign.flow.thread import ThreadRecord, ThreadRef
from countersign.flow.work import Work
from countersign.interrupts import digest
from countersign.runs.gated_tools import gated_tools, tool_names

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def tool(name: str) -> StructuredTool:
    return StructuredTool.from_function(lambda amount: amount, name=name, description=name)


def test_all_tools_are_named_and_the_gated_ones_apart() -> None:
    agent = create_agent(
        FakeListChatModel(responses=["x"]),
        [tool("send_money"), tool("send_rnoney")],
        middleware=[HumanInTheLoopMiddleware({"send_money": True, "send_rnoney": False})],
    )

    assert tool_names(agent) == ("send_money", "send_rnoney")
    assert gated_tools(agent) == ("send_money",)


def test_a_tool_that_looks_like_another_of_the_graph_is_opened_with_its_name() -> None:
    thread = ThreadRef(team="T1", channel="C1", ts="1.0")
    value: Json = {"type": "tool_approval", "name": "send_rnoney", "args": {}}
    pending = PendingInterrupt(interrupt_id="i", value=value, schema=None, digest=digest(value))
    record = ThreadRecord(ref=thread, graph="g", last_posted_key=None, halted=None, attempts=0, step_starts=0)
    state = GraphState(pending=(pending,), tools=("refund", "send_money", "send_rnoney"))

    (opened,) = reconcile(Work(thread=record, inbound=(), open=()), state, lambda: NOW).opened

    assert opened.approval.look_alikes == {"send_rnoney": "send_money"}
