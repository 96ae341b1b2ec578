"""An agent as LangChain's documentation builds one, with its human-in-the-loop middleware as it comes."""

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.tools import tool

from tests.support.fakes.tool_calling_model import ToolCallingModel


@tool
def refund(amount: float, to: str, note: str = "") -> str:
    """Pay money back."""
    return f"paid {amount} to {to}"


@tool
def log_out(user: str) -> str:
    """End somebody's session."""
    return f"logged out {user}"


@tool
def look_up(what: str) -> str:
    """Read something."""
    return f"found {what}"


graph = create_agent(
    ToolCallingModel(),
    [refund, log_out, look_up],
    middleware=[
        HumanInTheLoopMiddleware(
            {"refund": True, "log_out": {"allowed_decisions": ["approve", "reject"]}, "look_up": False}
        )
    ],
)
