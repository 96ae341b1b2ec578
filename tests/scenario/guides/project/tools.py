"""Questions from inside tools."""

from collections.abc import Callable
from typing import Annotated, Any

from langchain.agents import create_agent
from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, InjectedToolCallId, tool
from langchain_core.tools import tool as create_tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from tests.support.fakes.tool_calling_model import ToolCallingModel


@tool
def send_email(to: str, subject: str, body: str) -> str:
    """Send an e-mail."""
    response = interrupt(
        {"action": "send_email", "to": to, "subject": subject, "body": body, "message": "Send this e-mail?"}
    )
    if response.get("action") == "approve":
        final_to = response.get("to", to)
        final_subject = response.get("subject", subject)
        return f"sent {final_subject} to {final_to}"
    return "The person cancelled the e-mail."


@tool
def book_hotel(hotel_name: str) -> str:
    """Book a hotel."""
    response = interrupt(f"About to call `book_hotel` with {{'hotel_name': {hotel_name}}}. Approve or edit?")
    if response["type"] == "accept":
        pass
    elif response["type"] == "edit":
        hotel_name = response["args"]["hotel_name"]
    else:
        raise ValueError(f"Unknown response type: {response['type']}")
    return f"booked {hotel_name}"


def with_review(reviewed: Callable[..., Any] | BaseTool) -> BaseTool:
    """The tool, asking a person first in the form of Agent Inbox."""
    inner = reviewed if isinstance(reviewed, BaseTool) else create_tool(reviewed)

    @create_tool(inner.name, description=inner.description, args_schema=inner.args_schema)
    def call_with_review(config: RunnableConfig, **given: Any) -> Any:
        request = {
            "action_request": {"action": inner.name, "args": given},
            "config": {"allow_accept": True, "allow_edit": True, "allow_respond": True},
            "description": "Please look at this call",
        }
        response = interrupt([request])[0]
        if response["type"] == "accept":
            return inner.invoke(given, config)
        if response["type"] == "edit":
            return inner.invoke(response["args"]["args"], config)
        if response["type"] == "response":
            return response["args"]
        raise ValueError(f"Unsupported type: {response['type']}")

    return call_with_review


def reserve(hotel_name: str) -> str:
    """Reserve a room."""
    return f"reserved {hotel_name}"


@tool
def human_assistance(query: str) -> str:
    """Ask a person for help."""
    human_response = interrupt({"query": query})
    return str(human_response["data"])


class Entity(MessagesState):
    name: str
    birthday: str


@tool
def verify(name: str, birthday: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> Any:
    """Have a person look at facts."""
    human_response = interrupt({"question": "Is this correct?", "name": name, "birthday": birthday})
    if human_response.get("correct", "").lower().startswith("y"):
        right_name, right_birthday, response = name, birthday, "Correct"
    else:
        right_name = human_response.get("name", name)
        right_birthday = human_response.get("birthday", birthday)
        response = f"Made a correction: {right_name}, {right_birthday}"
    return Command(
        update={
            "name": right_name,
            "birthday": right_birthday,
            "messages": [ToolMessage(response, tool_call_id=tool_call_id)],
        }
    )


agent = create_agent(ToolCallingModel(), [send_email, book_hotel, human_assistance, with_review(reserve)])


def build_chatbot() -> Any:
    """The chatbot of the tutorials, which has a node for its tools."""

    def chatbot(state: Entity) -> dict[str, Any]:
        return {"messages": [ToolCallingModel().invoke(state["messages"])]}

    builder = StateGraph(Entity)
    builder.add_node("chatbot", chatbot)
    builder.add_node("tools", ToolNode([human_assistance, verify]))
    builder.add_conditional_edges("chatbot", tools_condition)
    builder.add_edge("tools", "chatbot")
    builder.add_edge(START, "chatbot")
    return builder.compile()


chatbot = build_chatbot()


class AskHuman(BaseModel):
    """Ask the person a question."""

    question: str


def build_ask_human() -> Any:
    """An agent whose question to a person is a call of no tool, with a node of its own."""

    def call_model(state: MessagesState) -> dict[str, Any]:
        return {"messages": [ToolCallingModel().invoke(state["messages"])]}

    def should_continue(state: MessagesState) -> str:
        calls = getattr(state["messages"][-1], "tool_calls", [])
        if not calls:
            return "__end__"
        return "ask_human" if calls[0]["name"] == "AskHuman" else "action"

    def ask_human(state: MessagesState) -> dict[str, Any]:
        call = state["messages"][-1].tool_calls[0]  # type: ignore[union-attr]
        question = AskHuman.model_validate(call["args"])
        location = interrupt(question.question)
        return {"messages": [{"tool_call_id": call["id"], "type": "tool", "content": location}]}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", call_model)
    builder.add_node("action", ToolNode([create_tool(reserve)]))
    builder.add_node("ask_human", ask_human)
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", should_continue, ["ask_human", "action", "__end__"])
    builder.add_edge("action", "agent")
    builder.add_edge("ask_human", "agent")
    return builder.compile()


ask_human = build_ask_human()
