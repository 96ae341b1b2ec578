"""What the pages of 2026 add: response schemas, bare values, a tool node by hand, an edge that asks again."""

from typing import Any, NotRequired

from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool, tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.support.fakes.tool_calling_model import ToolCallingModel


class State(TypedDict):
    topic: str
    answer: NotRequired[Any]
    name: NotRequired[Any]
    count: NotRequired[Any]
    approved: NotRequired[Any]
    results: NotRequired[Any]
    draft_response: NotRequired[str]
    age: NotRequired[int | None]
    pending_question: NotRequired[str | None]


def single(node: Any) -> Any:
    builder: Any = StateGraph(State)
    builder.add_node("only", node)
    builder.add_edge(START, "only")
    return builder.compile()


class Decision(BaseModel):
    approved: bool
    note: str | None = None


def decide(_state: State) -> dict[str, Any]:
    decision = interrupt({"question": "approve?"}, response_schema=Decision)
    return {"answer": f"approved={decision.approved} note={decision.note}"}


def bare_values(_state: State) -> dict[str, Any]:
    name = interrupt("What's your name?")
    count = interrupt(42)
    approved = interrupt(True)
    return {"name": name, "count": count, "approved": approved}


def details(state: State) -> dict[str, Any]:
    response = interrupt(
        {
            "question": "Enter user details",
            "fields": ["name", "email"],
            "current_values": state.get("answer", {}),
        }
    )
    return {"answer": response}


def approve_each(_state: State) -> dict[str, Any]:
    results = []
    for item in ("one", "two"):
        result = interrupt(f"Approve {item}?")
        results.append(result)
    return {"results": results}


def review_email(state: State) -> Command[str]:
    draft = f"Dear {state['topic']}"
    human_decision = interrupt(
        {
            "original_email": state["topic"],
            "draft_response": draft,
            "urgency": "high",
            "action": "Please review and approve/edit this response",
        }
    )
    if human_decision.get("approved"):
        return Command(
            update={"draft_response": human_decision.get("edited_response", draft)}, goto="send_reply"
        )
    return Command(update={"draft_response": "nothing"}, goto=END)


def build_email() -> Any:
    builder: Any = StateGraph(State)
    builder.add_node("human_review", review_email)
    builder.add_node("send_reply", lambda state: {"answer": f"sent: {state['draft_response']}"})
    builder.add_edge(START, "human_review")
    builder.add_edge("send_reply", END)
    return builder.compile()


def collect_age(state: State) -> dict[str, Any]:
    question = state.get("pending_question") or "What is your age?"
    answer = interrupt(question)
    if isinstance(answer, int) and answer > 0:
        return {"age": answer, "pending_question": None}
    return {"pending_question": f"'{answer}' is not a valid age. Please enter a positive number."}


def route(state: State) -> str:
    return END if state.get("age") is not None else "collect_age"


def build_age() -> Any:
    builder: Any = StateGraph(State)
    builder.add_node("collect_age", collect_age)
    builder.add_edge(START, "collect_age")
    builder.add_conditional_edges("collect_age", route)
    return builder.compile()


@tool
def send_email(to: str, subject: str) -> str:
    """Send an e-mail."""
    response = interrupt({"action": "send_email", "to": to, "subject": subject, "message": "Send it?"})
    if response.get("action") == "approve":
        return f"sent {response.get('subject', subject)} to {response.get('to', to)}"
    return "The person cancelled it."


@tool
def run_query(query: str) -> str:
    """Run a query after a person has seen it."""
    request = {"action": "run_query", "args": {"query": query}, "description": "Please review the tool call"}
    response = interrupt([request])
    if response["type"] == "accept":
        rows = query
    elif response["type"] == "edit":
        rows = response["args"]["query"]
    elif response["type"] == "response":
        return str(response["args"])
    else:
        raise ValueError(f"Unsupported interrupt response type: {response['type']}")
    return f"rows of {rows}"


@tool(description="Ask a person for approval before going on.")
def request_approval(action_description: str) -> str:
    """Ask for approval."""
    approval = interrupt(
        {
            "type": "approval_request",
            "action": action_description,
            "message": f"Please approve or reject: {action_description}",
        }
    )
    if approval.get("approved"):
        return f"'{action_description}' was approved."
    return f"'{action_description}' was rejected. Reason: {approval.get('reason', 'none')}"


TOOLS: dict[str, BaseTool] = {each.name: each for each in (send_email, run_query, request_approval)}


def agent_node(state: MessagesState) -> dict[str, Any]:
    return {"messages": [ToolCallingModel().invoke(state["messages"])]}


def tool_node(state: MessagesState) -> dict[str, Any]:
    result = []
    for tool_call in state["messages"][-1].tool_calls:  # type: ignore[union-attr]
        called = TOOLS[tool_call["name"]]
        observation = called.invoke(tool_call["args"])
        result.append(ToolMessage(content=observation, tool_call_id=tool_call["id"]))
    return {"messages": result}


def should_continue(state: MessagesState) -> str:
    return "tool_node" if getattr(state["messages"][-1], "tool_calls", []) else END


def build_agent() -> Any:
    builder = StateGraph(MessagesState)
    builder.add_node("agent", agent_node)
    builder.add_node("tool_node", tool_node)
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", should_continue, ["tool_node", END])
    builder.add_edge("tool_node", "agent")
    return builder.compile()


with_schema = single(decide)
values = single(bare_values)
user_details = single(details)
each = single(approve_each)
email = build_email()
pending_age = build_age()
tool_by_hand = build_agent()
