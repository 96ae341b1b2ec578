"""A deep agent with a gate of its own, and a subagent with another."""

from deepagents import create_deep_agent
from langchain_core.tools import tool

from tests.support.fakes.tool_calling_model import ToolCallingModel


@tool
def refund(amount: float, to: str, note: str = "") -> str:
    """Pay money back."""
    return f"paid {amount} to {to}"


graph = create_deep_agent(
    model=ToolCallingModel(),
    tools=[refund],
    interrupt_on={"refund": True},
    subagents=[
        {
            "name": "clerk",
            "description": "Pays people back.",
            "system_prompt": "You are the clerk.",
            "tools": [refund],
            "model": ToolCallingModel(),
            "interrupt_on": {"refund": {"allowed_decisions": ["approve", "reject"]}},
        }
    ],
)
