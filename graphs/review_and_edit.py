"""Pattern: a person edits a draft in the state, and the state takes over their text.

The draft is written in one node and reviewed in the next. Were both in one node, the model would be asked
again when the review comes back, and the person would have edited a text that no longer exists.
"""

from typing import Any

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from graphs.model import chat_model


class Request(TypedDict):
    """What to write about; one text, so a run is started by a plain message."""

    topic: str


class State(Request):
    announcement: str


class Result(TypedDict):
    announcement: str


def graph() -> CompiledStateGraph[State, None, Request, Result]:
    """Drafts an announcement for you to edit and approve."""
    model = chat_model()

    async def draft(state: Request) -> dict[str, Any]:
        answer = await model.ainvoke(f"Write a short announcement for our team about: {state['topic']}")
        return {"announcement": f"{state['topic']}\n\n{answer.text}"}

    def review(state: State) -> dict[str, Any]:
        answer = interrupt({"task": "Read the announcement and improve it.", "text": state["announcement"]})
        return {"announcement": answer["edited_text"]}

    builder = StateGraph(State, input_schema=Request, output_schema=Result)
    builder.add_node("draft", draft)
    builder.add_node("review", review)
    builder.add_edge(START, "draft")
    builder.add_edge("draft", "review")
    return builder.compile()
