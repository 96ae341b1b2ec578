"""Gets a document signed off by Legal, then by Press.

Pattern: an interrupt inside a subgraph, once as a node and once called as a function.

As a node, the subgraph is part of the parent: after the answer only the subgraph's waiting node runs again.
Called as a function, it is just code in the parent's node: that node runs again from its first line, and
so does the subgraph's waiting node; the subgraph's finished nodes do not. Every run of a piece of code is
sent to the `custom` stream, so that you can watch it.
"""

from typing import NotRequired

from langgraph.config import get_stream_writer
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class Document(TypedDict):
    """What to publish; one text, so a run is started by a plain message."""

    document: str


class State(Document):
    office: NotRequired[str]  # this and the opinion are shared with the subgraph, by their names
    opinion: NotRequired[str]
    legal: NotRequired[str]
    press: NotRequired[str]


class Opinions(TypedDict):
    document: str
    legal: str
    press: str


class Review(TypedDict):
    document: str
    office: str
    opinion: NotRequired[str]


def tell(what: str) -> None:
    """Report to the custom stream that a piece of code runs."""
    get_stream_writer()({"ran": what})


def read(state: Review) -> Review:
    """Stand for the work before the question; its result is saved, so it is not done again."""
    tell(f"{state['office']}: read")
    return state


def ask(state: Review) -> dict[str, str]:
    """Ask; this runs once up to the question and once more, through it, with the answer."""
    tell(f"{state['office']}: ask")
    return {"opinion": interrupt({"question": f"{state['office']}, what about “{state['document']}”?"})}


review = StateGraph(Review)
review.add_node("read", read)
review.add_node("ask", ask)
review.add_edge(START, "read")
review.add_edge("read", "ask")
review_graph = review.compile()


def send_to_legal(state: State) -> dict[str, str]:
    """Prepare the keys that the parent shares with the subgraph, which follows as a node."""
    tell("parent: send_to_legal")
    return {"document": state["document"].strip(), "office": "Legal"}


def keep_legal_opinion(state: State) -> dict[str, str]:
    """Take what the subgraph left in the shared key."""
    return {"legal": state["opinion"]}


async def call_press(state: State) -> dict[str, str]:
    """Call the subgraph as a function; everything above the call runs again with the answer."""
    tell("parent: call_press")
    answer = await review_graph.ainvoke({"document": state["document"], "office": "Press"})
    return {"press": answer["opinion"]}


builder = StateGraph(State, input_schema=Document, output_schema=Opinions)
builder.add_node("send_to_legal", send_to_legal)
builder.add_node("legal", review_graph)
builder.add_node("keep_legal_opinion", keep_legal_opinion)
builder.add_node("call_press", call_press)
builder.add_edge(START, "send_to_legal")
builder.add_edge("send_to_legal", "legal")
builder.add_edge("legal", "keep_legal_opinion")
builder.add_edge("keep_legal_opinion", "call_press")
graph = builder.compile()
