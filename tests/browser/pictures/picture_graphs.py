"""A graph for the pictures: an agent whose gated calls of one turn are asked about together, on one card."""

from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langgraph.graph.state import CompiledStateGraph

from graphs.assistant.actions import invite_to_channel, post_message
from graphs.assistant.graph import GATES
from graphs.model import chat_model


def batched() -> CompiledStateGraph[Any, Any, Any, Any]:
    tools = [post_message, invite_to_channel]
    gates = HumanInTheLoopMiddleware(
        {tool.name: GATES[tool.name] for tool in tools}, interrupt_mode="batched"
    )
    return create_agent(chat_model(), tools, middleware=[gates])
