"""A graph of two steps, told by a message of JSON what to do; any other message is heard.

{"wait_for": name} waits in the first step for the file `name`, after making `name.reached`.
{"look_up": word} calls a tool in the first step, after that.
{"ask": value} asks after that, in the first step too; {"then": value} asks in a step of its own.
What the second step noted is a line of `<thread id, with - for />.jsonl` in $PROBE_FOLDER.
"""

from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from tests.scenario.probes.asking import appears, note, wish_of


@tool
def look_up(word: str) -> str:
    """Look a word up."""
    return word


async def first(state: MessagesState) -> dict[str, Any]:
    wish = wish_of(state)
    if name := wish.get("wait_for"):
        await appears(name)
    if "look_up" in wish:
        args = {"word": wish["look_up"]}
        await look_up.ainvoke({"type": "tool_call", "id": "call_1", "name": "look_up", "args": args})
    if "ask" in wish:
        return {"messages": [AIMessage(f"Answered: {interrupt(wish['ask'])}")]}
    return {"messages": [AIMessage(f"Heard: {wish['heard']}" if "heard" in wish else "First step.")]}


def second(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
    wish = wish_of(state)
    answer = interrupt(wish["then"]) if "then" in wish else None
    note(config, {"heard": wish.get("heard"), "answers": [answer]})
    return {"messages": [AIMessage("Second step.")]}


graph = StateGraph(MessagesState)
graph.add_node("first", first)
graph.add_node("second", second)
graph.add_edge(START, "first")
graph.add_edge("first", "second")
