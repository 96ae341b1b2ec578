"""Review of tool calls in a node, and in the functional API."""

from typing import Any, Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Command, interrupt

from tests.support.fakes.tool_calling_model import ToolCallingModel


@tool
def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


def call_llm(state: MessagesState) -> dict[str, Any]:
    return {"messages": [ToolCallingModel().invoke(state["messages"])]}


def human_review_node(state: MessagesState) -> Command[Literal["call_llm", "run_tool"]]:
    last_message = state["messages"][-1]
    assert isinstance(last_message, AIMessage)
    tool_call = last_message.tool_calls[-1]
    human_review = interrupt({"question": "Is this correct?", "tool_call": tool_call})
    review_action = human_review["action"]
    review_data = human_review.get("data")
    if review_action == "continue":
        return Command(goto="run_tool")
    if review_action == "update":
        updated = {
            "role": "ai",
            "content": last_message.content,
            "tool_calls": [{"id": tool_call["id"], "name": tool_call["name"], "args": review_data}],
            "id": last_message.id,
        }
        return Command(goto="run_tool", update={"messages": [updated]})
    if review_action == "feedback":
        feedback = {
            "role": "tool",
            "content": review_data,
            "name": tool_call["name"],
            "tool_call_id": tool_call["id"],
        }
        return Command(goto="call_llm", update={"messages": [feedback]})
    raise ValueError(review_action)


def run_tool(state: MessagesState) -> dict[str, Any]:
    last_message = state["messages"][-1]
    assert isinstance(last_message, AIMessage)
    return {
        "messages": [
            {
                "role": "tool",
                "name": call["name"],
                "content": weather.invoke(call["args"]),
                "tool_call_id": call["id"],
            }
            for call in last_message.tool_calls
        ]
    }


def route_after_llm(state: MessagesState) -> Literal["__end__", "human_review_node"]:
    return "human_review_node" if getattr(state["messages"][-1], "tool_calls", []) else END  # type: ignore[return-value]


def build() -> Any:
    builder = StateGraph(MessagesState)
    builder.add_node("call_llm", call_llm)
    builder.add_node("run_tool", run_tool)
    builder.add_node("human_review_node", human_review_node)
    builder.add_edge(START, "call_llm")
    builder.add_conditional_edges("call_llm", route_after_llm)
    builder.add_edge("run_tool", "call_llm")
    return builder.compile()


review = build()


def review_tool_call(tool_call: ToolCall) -> ToolCall | ToolMessage:
    human_review = interrupt({"question": "Is this correct?", "tool_call": tool_call})
    review_action = human_review["action"]
    review_data = human_review.get("data")
    if review_action == "continue":
        return tool_call
    if review_action == "update":
        return {**tool_call, "args": review_data}
    if review_action == "feedback":
        return ToolMessage(content=review_data, name=tool_call["name"], tool_call_id=tool_call["id"])
    raise ValueError(review_action)


@task
def call_model(messages: list[BaseMessage]) -> BaseMessage:
    answer: BaseMessage = ToolCallingModel().invoke(messages)
    return answer


@task
def call_tool(tool_call: ToolCall) -> ToolMessage:
    content = weather.invoke(tool_call["args"])
    return ToolMessage(content=content, tool_call_id=tool_call["id"] or "", name=tool_call["name"])


@entrypoint(checkpointer=InMemorySaver())
def functional(question: str) -> str:
    messages: Any = [HumanMessage(question)]
    response = call_model(messages).result()
    while isinstance(response, AIMessage) and response.tool_calls:
        results, calls = [], []
        for each in response.tool_calls:
            reviewed = review_tool_call(each)
            if isinstance(reviewed, ToolMessage):
                results.append(reviewed)
            else:
                calls.append(reviewed)
                if reviewed != each:
                    response = response.model_copy(update={"tool_calls": [reviewed]})
        results += [future.result() for future in [call_tool(each) for each in calls]]
        messages = [*messages, response, *results]
        response = call_model(messages).result()
    return str(response.text)
