"""Pattern: the model asks a person for context, through a tool that interrupts.

The tool does nothing but ask. Its card shows the query; what someone answers in the thread comes back as
`{"data": <text>}` and is, to the model, simply the tool's result.
"""

from typing import Annotated, Any

from langchain.agents import create_agent
from langchain_core.tools import tool
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt
from pydantic import Field

from graphs.model import chat_model

PROMPT = (
    "You answer questions of a team. Where the answer depends on something that only they can know, call"
    " human_assistance with one clear question instead of guessing."
)


@tool
def human_assistance(
    query: Annotated[str, Field(description="One clear question that a person can answer in a sentence.")],
) -> str:
    """Ask the people in this thread for something that only they can know, and wait for their answer."""
    answer: dict[str, str] = interrupt({"query": query})
    return answer["data"]


def graph() -> CompiledStateGraph[Any, Any, Any, Any]:
    """Asks in the thread when there is something that only people know.

    `create_agent` runs each tool call as its own task, so several questions may wait.
    """
    return create_agent(chat_model(), [human_assistance], system_prompt=PROMPT)
