"""A graph that says what the message tells it to, as JSON: {"content": ...} is the content of its AI message.

{"ask": value} asks first, {"before": text} says something before that, in a subgraph. Any other message is
noted in $PROBE_FOLDER as heard, with the content of its files.
"""

import json
import os
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt


def wish_of(state: MessagesState) -> dict[str, Any]:
    said = next(m for m in reversed(state["messages"]) if m.type == "human")
    try:
        wish = json.loads(said.text)
    except ValueError:
        return {"heard": said.text}
    return wish if isinstance(wish, dict) else {"heard": said.text}


def before(state: MessagesState) -> dict[str, Any]:
    wish = wish_of(state)
    return {"messages": [AIMessage(wish["before"])]} if "before" in wish else {}


def ask(state: MessagesState) -> dict[str, Any]:
    wish = wish_of(state)
    if "ask" in wish:
        interrupt(wish["ask"])
    return {}


def say(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
    wish = wish_of(state)
    said = next(m for m in reversed(state["messages"]) if m.type == "human")
    content = said.content if isinstance(said.content, list) else []
    blocks = [block for block in content if isinstance(block, dict) and block["type"] != "text"]
    thread = config["configurable"]["thread_id"].replace("/", "-")
    with (Path(os.environ["PROBE_FOLDER"]) / f"{thread}.jsonl").open("a") as file:
        file.write(json.dumps({"heard": wish.get("heard"), "blocks": blocks}) + "\n")
    return {"messages": [AIMessage(wish.get("content", "Heard."))]} if wish.get("content") != "" else {}


inner = StateGraph(MessagesState)
inner.add_sequence([("before", before), ("ask", ask)])
inner.add_edge(START, "before")
graph = StateGraph(MessagesState)
graph.add_node("inner", inner.compile())
graph.add_node("say", say)
graph.add_edge(START, "inner")
graph.add_edge("inner", "say")
