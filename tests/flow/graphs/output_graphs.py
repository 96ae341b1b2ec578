"""Graphs that end in the ways that graphs do. Only libraries are imported: own code would be read as well."""

import base64
from collections.abc import Callable
from typing import Annotated, Any, NotRequired

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import interrupt
from typing_extensions import TypedDict

LARGE = 12 << 20  # characters of base64
PNG = base64.b64encode(b"\x89PNG and so on").decode()
CALL = {"name": "book", "args": {}, "id": "call-1", "type": "tool_call"}
HANDOVER = {"name": "transfer_to_billing", "args": {}, "id": "call-2", "type": "tool_call"}
BACK = {"name": "transfer_back_to_supervisor", "args": {}, "id": "call-3", "type": "tool_call"}


class Chat(MessagesState):
    order: NotRequired[str]
    structured_response: NotRequired[dict[str, Any]]


class Overwritten(TypedDict):
    messages: list[AnyMessage]


Updates = Callable[[Any], dict[str, Any]]


def says(*messages: Any, **more: Any) -> Updates:
    return lambda _: {"messages": [m.model_copy() for m in messages], **more}


def of_nodes(*nodes: Updates, state: Any = Chat) -> StateGraph[Any, Any, Any, Any]:
    graph: StateGraph[Any, Any, Any, Any] = StateGraph(state)
    steps: Any = [(f"n{at}", node) for at, node in enumerate(nodes)]
    graph.add_sequence(steps)
    graph.add_edge(START, "n0")
    return graph


def question(_: Any) -> dict[str, Any]:
    interrupt({"question": "Go on?", "about": "it"})
    return {}


def subgraph_asks() -> StateGraph[Any, Any, Any, Any]:
    inner = of_nodes(says(AIMessage("I looked it up.")), question, says(AIMessage("It is bought.")))
    outer = StateGraph(Chat)
    outer.add_node("agent", inner.compile())
    outer.add_edge(START, "agent")
    return outer


class Other(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    seen: NotRequired[bool]


class Job(TypedDict):
    text: str
    outcome: NotRequired[str]


def other_state_asks() -> StateGraph[Any, Any, Any, Any]:
    """A chatting subgraph inside a graph that has no messages."""
    inner = of_nodes(says(AIMessage("Let me think.")), question, state=Other).compile()
    outer = StateGraph(Job)

    async def call(state: Job) -> dict[str, Any]:
        await inner.ainvoke({"messages": [HumanMessage(state["text"])]})
        return {"outcome": "fine"}

    outer.add_node("call", call)
    outer.add_edge(START, "call")
    return outer


GRAPHS: dict[str, Any] = {
    "blocks": of_nodes(
        says(AIMessage([{"type": "text", "text": "One."}, "Two.", {"type": "text", "text": " "}]))
    ),
    "cited": of_nodes(
        says(
            AIMessage(
                [
                    {"type": "text", "text": "The sky is "},
                    {"type": "text", "text": "blue", "citations": [{"url": "x"}]},
                    {"type": "text", "text": ", they say."},
                ]
            )
        )
    ),
    "refusal_block": of_nodes(says(AIMessage([{"type": "refusal", "refusal": "Not that."}]))),
    "refusal_kwarg": of_nodes(says(AIMessage("", additional_kwargs={"refusal": "Not that."}))),
    "tool_only": of_nodes(
        says(AIMessage("", tool_calls=[CALL])),
        says(ToolMessage("Table 7.", name="book", tool_call_id="call-1")),
    ),
    "direct": of_nodes(
        says(AIMessage("Let me look.", tool_calls=[CALL])),
        says(ToolMessage("Table 7.", name="book", tool_call_id="call-1")),
    ),
    "nothing": of_nodes(lambda _: {}),
    "other": of_nodes(says(AIMessage(""), order="A-7")),
    "structured": of_nodes(
        says(AIMessage("", tool_calls=[CALL]), structured_response={"city": "Rome", "days": 3})
    ),
    "provider": of_nodes(says(AIMessage('{"city": "Rome"}'), structured_response={"city": "Rome"})),
    "image": of_nodes(
        says(
            AIMessage(
                [
                    {"type": "text", "text": "Here."},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
                    {"type": "image", "base64": PNG, "mime_type": "image/jpeg"},
                    {"type": "image", "url": "https://example.org/far.png"},
                ]
            )
        )
    ),
    "files": of_nodes(
        says(AIMessage("", tool_calls=[CALL])),
        says(
            ToolMessage(
                [{"type": "image", "base64": PNG, "mime_type": "image/png"}],  # for the model's eyes
                name="book",
                tool_call_id="call-1",
                artifact=[
                    {"type": "file", "base64": PNG, "mime_type": "application/pdf", "filename": "a/bill.pdf"},
                    {"type": "text-plain", "text": "a;b", "mime_type": "text/plain", "title": "rows.csv"},
                    {"rows": 3},
                ],
            )
        ),
        says(
            AIMessage(
                [
                    {"type": "text", "text": "Here is the bill."},
                    {"type": "file", "url": "https://example.org/far.pdf", "mime_type": "application/pdf"},
                    {"type": "audio", "base64": PNG, "mime_type": "audio/mpeg"},
                ]
            )
        ),
    ),
    "large_image": of_nodes(
        says(AIMessage([{"type": "image", "base64": "A" * LARGE, "mime_type": "image/png"}]))
    ),
    "picture": of_nodes(lambda _: {"outcome": f"data:image/png;base64,{PNG}"}, state=Job),
    "twice": of_nodes(says(AIMessage("Same."), AIMessage("Same."))),
    "overwritten": of_nodes(says(AIMessage("Same.")), state=Overwritten),
    "handover": of_nodes(
        says(
            AIMessage("I pass you on to billing: they know.", tool_calls=[HANDOVER]),
            ToolMessage(
                "Successfully transferred to billing", name="transfer_to_billing", tool_call_id="call-2"
            ),
            AIMessage("Transferring back to supervisor", tool_calls=[BACK]),
            ToolMessage(
                "Successfully transferred back to supervisor",
                name="transfer_back_to_supervisor",
                tool_call_id="call-3",
            ),
        )
    ),
    "only_handover": of_nodes(
        says(
            AIMessage("", tool_calls=[HANDOVER]),
            ToolMessage(
                "Successfully transferred to billing", name="transfer_to_billing", tool_call_id="call-2"
            ),
        )
    ),
    "subgraph": subgraph_asks(),
    "inside": other_state_asks(),
    "after": of_nodes(says(AIMessage("Shall I?")), question, lambda _: {}),
}
