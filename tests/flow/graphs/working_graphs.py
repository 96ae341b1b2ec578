"""A graph that works in two steps, and can be held in the first one; and one written as a function."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

finished: Counter[str] = Counter()  # how often the last step ran, by thread
heard: defaultdict[str, list[str]] = defaultdict(list)  # what each run was told, by thread


@dataclass
class Gate:
    """Holds the first step of a thread until `go`."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)


gates: dict[str, Gate] = {}


def hold(thread_id: str) -> Gate:
    gates[thread_id] = Gate()
    return gates[thread_id]


async def pass_gate(thread_id: str) -> None:
    if gate := gates.get(thread_id):
        gate.reached.set()
        await gate.go.wait()


async def work(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
    """`ask: question` asks it, `approve: what` asks for a yes or a no about it."""
    thread, said = config["configurable"]["thread_id"], str(state["messages"][-1].text)
    kind, _, words = said.partition(": ")
    outcome = said
    if kind == "ask":
        outcome = f"told {interrupt(words)}"
    elif kind == "approve":
        outcome = "did it" if interrupt({"question": "Do it?", "what": words}) else "left it"
    else:
        heard[thread].append(said)
    await pass_gate(thread)
    return {"messages": [AIMessage(content=f"Worked: {outcome}")]}


def question(state: MessagesState) -> dict[str, Any]:
    """After the first step, what `then` in the message wants asked: one question after the other."""
    said = next(m.text for m in reversed(state["messages"]) if m.type == "human")
    answers = []
    for wish in str(said).split("then ")[1:]:
        kind, _, words = wish.strip().partition(": ")
        if kind == "ask":
            answers.append(f"told {interrupt(words)}")
        elif kind == "approve":
            answers.append("did it" if interrupt({"question": "Do it?", "what": words}) else "left it")
    return {"messages": [AIMessage(content=f"Asked: {answers[-1]}")]} if answers else {}


async def finish(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
    finished[config["configurable"]["thread_id"]] += 1
    return {"messages": [AIMessage(content="Finished.")]}


def two_steps() -> StateGraph[Any, Any, Any, Any]:
    graph = StateGraph(MessagesState)
    graph.add_node("work", work)
    graph.add_node("question", question)
    graph.add_node("finish", finish)
    graph.add_edge(START, "work")
    graph.add_edge("work", "question")
    graph.add_edge("question", "finish")
    return graph


@task
async def done(what: str) -> str:
    return what


@entrypoint()
async def function(what: str) -> str:
    answer = interrupt({"question": "Do it?", "what": what})
    return await done(f"{what}: {answer}")
