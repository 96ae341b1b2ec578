"""Which tools of a graph people are asked about."""

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models import FakeListChatModel
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph

from countersign.runs.gated_tools import gated_tools


@tool
def refund(amount: int) -> str:
    """Refund it."""
    return str(amount)


@tool
def look_up(customer: str) -> str:
    """Look a customer up."""
    return customer


def test_the_middleware_says_which_and_a_subgraphs_counts_too() -> None:
    gate = HumanInTheLoopMiddleware(interrupt_on={"refund": True, "look_up": False})
    agent = create_agent(FakeListChatModel(responses=["done"]), [refund, look_up], middleware=[gate])
    assert gated_tools(agent) == ("refund",)
    outer = StateGraph(MessagesState).add_node("agent", agent).add_edge(START, "agent").compile()
    assert gated_tools(outer) == ("refund",)


def test_a_graph_without_the_middleware_has_none_that_are_known() -> None:
    agent = create_agent(FakeListChatModel(responses=["done"]), [refund])
    assert gated_tools(agent) == ()
