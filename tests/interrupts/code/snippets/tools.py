"""Questions that a tool asks, or whose answer is given to one."""

from typing import Any

from langchain_core.tools import tool
from langgraph.types import interrupt


@tool
def send(to: str, amount: int) -> str:
    """Send it."""
    return f"{to.strip()} gets {int(amount)}"


def gives_its_parts_to_a_tool_by_name(state: dict[str, Any]) -> Any:
    """answer: {to: text, amount: whole number}"""
    answer = interrupt("?")
    return {"sent": send.invoke({"to": answer["to"], "amount": answer["amount"]})}


@tool
def shout(text: str) -> str:
    """Say it loudly."""
    return "They said: " + text


def gives_itself_to_a_tool(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"said": shout.invoke({"text": interrupt("?")})}
