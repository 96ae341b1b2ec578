"""A deep agent with a gate of its own, and a subagent with another."""

import json
from typing import Any

from deepagents import create_deep_agent
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


graph = create_deep_agent(
    model=Script(),
    tools=[refund],
    interrupt_on={"refund": True},
    subagents=[
        {
            "name": "clerk",
            "description": "Pays people back.",
            "system_prompt": "You are the clerk.",
            "tools": [refund],
            "model": Script(),
            "interrupt_on": {"refund": {"allowed_decisions": ["approve", "reject"]}},
        }
    ],
)
