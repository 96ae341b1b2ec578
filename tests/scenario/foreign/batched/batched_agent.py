"""An agent as LangChain's documentation builds one, with its human-in-the-loop middleware as it comes."""

import json
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool


class Script(BaseChatModel):
    """Makes the tool calls that the person's message lists as JSON, then tells their results."""

    @property
    def _llm_type(self) -> str:
        return "script"

    def bind_tools(self, *_args: Any, **_settings: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], *_args: Any, **_more: Any) -> ChatResult:
        last = max(at for at, message in enumerate(messages) if isinstance(message, HumanMessage))
        results = [m for m in messages[last:] if isinstance(m, ToolMessage)]
        if results:
            answer = AIMessage("Results: " + " | ".join(m.text for m in results))
        else:
            answer = AIMessage("", tool_calls=json.loads(messages[last].text))
        return ChatResult(generations=[ChatGeneration(message=answer)])


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
    Script(),
    [refund, log_out, look_up],
    middleware=[
        HumanInTheLoopMiddleware(
            {"refund": True, "log_out": {"allowed_decisions": ["approve", "reject"]}, "look_up": False}
        )
    ],
)
