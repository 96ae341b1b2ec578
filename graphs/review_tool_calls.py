"""Pattern: a person sees a tool call before it runs, and lets it run, changes it, or says what is wrong.

The three answers are `["continue", None]`, `["update", <arguments>]` and `["feedback", <text>]`. Feedback
goes to the model as the call's result, so that it can try again. LangChain's middleware does this for you
(see the assistant); this is what it looks like by hand.
"""

from typing import Literal

from langchain_core.messages import AIMessage, SystemMessage, ToolMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command, interrupt

from graphs.assistant.actions import post_message
from graphs.model import chat_model

PROMPT = SystemMessage("You post messages to Slack channels. If a reviewer has feedback, take it up.")


def graph() -> CompiledStateGraph[MessagesState, None, MessagesState, MessagesState]:
    """Posts messages, and takes your feedback before it does."""
    # One call at a time: a node that interrupts once is a node whose answers cannot be mixed up.
    model = chat_model().bind_tools([post_message], parallel_tool_calls=False)

    async def think(state: MessagesState) -> MessagesState:
        return {"messages": [await model.ainvoke([PROMPT, *state["messages"]])]}

    builder = StateGraph(MessagesState)
    builder.add_node("think", think)
    builder.add_node("review", review)
    builder.add_node("act", ToolNode([post_message]))
    builder.add_edge(START, "think")
    builder.add_conditional_edges("think", has_called, {True: "review", False: END})
    builder.add_edge("act", "think")
    return builder.compile()


def has_called(state: MessagesState) -> bool:
    """Tell whether the model's turn is a tool call rather than its answer."""
    answer = state["messages"][-1]
    return isinstance(answer, AIMessage) and bool(answer.tool_calls)


def review(state: MessagesState) -> Command[Literal["act", "think"]]:
    """Ask about the model's call, and act on the answer."""
    asked = state["messages"][-1]
    assert isinstance(asked, AIMessage)
    call = asked.tool_calls[0]
    action, data = interrupt({"question": "May this run?", "tool_call": call})
    if action not in ("continue", "update", "feedback"):
        raise ValueError(f"“{action}” is no answer to a tool call: nothing runs.")
    if action == "update":
        call = {**call, "args": data}
    # The same message id, so that it replaces the model's own in the state. A server may give several calls
    # although it was asked for one: nothing but the one that was reviewed goes on.
    reviewed = asked.model_copy(update={"tool_calls": [call]})
    if action == "feedback":
        result = f"A reviewer did not let this call run. Their feedback: {data}"
        message = ToolMessage(result, tool_call_id=call["id"], name=call["name"], status="error")
        return Command(update={"messages": [reviewed, message]}, goto="think")
    return Command(update={"messages": [reviewed]}, goto="act")
