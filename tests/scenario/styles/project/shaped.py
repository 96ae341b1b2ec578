"""Nodes of odd shapes: decorated, classes, tables of handlers, generators, tasks, lists of questions."""

import operator
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, NotRequired

import people  # type: ignore[import-not-found]
from langchain_core.tools import tool
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt
from typing_extensions import TypedDict


class Work(TypedDict):
    task: str
    result: NotRequired[str]
    votes: NotRequired[Annotated[list[str], operator.add]]


# A decorator that asks before the node.


@people.confirmed("May this run?")  # type: ignore[untyped-decorator]
def runs(state: Work) -> dict[str, Any]:
    return {"result": f"ran {state['task']}"}


# A class whose instance is the node, and that keeps the words it takes.


class Triage:
    def __init__(self, urgent: tuple[str, ...]) -> None:
        self.urgent = urgent

    def __call__(self, state: Work) -> dict[str, Any]:
        level = self.read(interrupt({"ticket": state["task"], "levels": "low, high or fire"}))
        return {"result": "paged" if level in self.urgent else f"filed as {level}"}

    @staticmethod
    def read(answer: str) -> str:
        return answer.strip().casefold()


# A table of handlers, and a default for what is not in it.


def _publish(state: Work) -> dict[str, Any]:
    return {"result": f"published {state['task']}"}


def _archive(state: Work) -> dict[str, Any]:
    return {"result": f"archived {state['task']}"}


HANDLERS: dict[str, Callable[[Work], dict[str, Any]]] = {"publish": _publish, "archive": _archive}


def dispatch(state: Work) -> dict[str, Any]:
    handler = HANDLERS.get(interrupt({"post": state["task"]}))
    return handler(state) if handler else {"result": "left alone"}


# Signatures in an asynchronous list comprehension.


async def signed(state: Work) -> dict[str, Any]:
    names = await people.Signed("Ann", "Bob").collect()
    return {"result": f"signed by {', '.join(names) or 'nobody'}"}


# A question per item, in a list comprehension.


def each_item(state: Work) -> dict[str, Any]:
    kept = [item for item in state["task"].split() if interrupt({"keep": item}) == "keep"]
    return {"result": f"kept {kept}"}


# A tool that asks about a list, called by hand.


@tool
def remove(paths: list[str]) -> str:
    """Remove files."""
    agreed = [path for path in paths if interrupt({"remove": path})]
    return f"removed {agreed}"


def calls_the_tool(state: Work) -> dict[str, Any]:
    return {"result": remove.invoke({"paths": state["task"].split()})}


# An asynchronous generator of questions.


async def questions(task: str) -> AsyncIterator[tuple[str, Any]]:
    for name in ("colour", "size"):
        yield name, interrupt(f"Which {name} for {task}?")


async def generated(state: Work) -> dict[str, Any]:
    found = {name: answer async for name, answer in questions(state["task"])}
    return {"result": f"{found['colour']}, {found['size']}"}


# The functional API: a task asks, and its future is the answer.


@task
def second_look(text: str) -> str:
    verdict = interrupt({"second look": text})
    return "good" if verdict in {"good", "fine"} else "bad"


@entrypoint()
def functional(text: str) -> str:
    first = interrupt({"first look": text})
    if first != "good":
        return "bad at first"
    return f"{second_look(text).result()} in the end"


# Voters by Send, whose votes are counted with an operator.


def voters(state: Work) -> list[Send]:
    return [Send("vote", {"task": state["task"], "voter": name}) for name in ("Ann", "Bob")]


def vote(state: dict[str, Any]) -> dict[str, Any]:
    answer = interrupt({"motion": state["task"], "voter": state["voter"]})
    return {"votes": ["for" if answer is True else "against"]}


def count(state: Work) -> dict[str, Any]:
    votes = state.get("votes", [])
    return {"result": "carried" if votes.count("for") == 2 else f"lost by {votes.count('against')}"}


# A ternary inside a Command, over a walrus.


def hop(state: Work) -> Command[Any]:
    return Command(
        goto="land" if (answer := interrupt({"jump": state["task"]})) == "jump" else END,
        update={"result": f"{answer}: stays down"},
    )


def land(state: Work) -> dict[str, Any]:
    return {"result": "landed"}


# Questions without a word, whose answers are kept as they are.


def blank(state: Work) -> dict[str, Any]:
    return {"result": [interrupt("")]}


def null(state: Work) -> dict[str, Any]:
    return {"result": [interrupt(None)]}


def empty(state: Work) -> dict[str, Any]:
    return {"result": [interrupt({"title": "", "details": {}})]}


def single(node: Any) -> Any:
    builder: Any = StateGraph(Work)
    builder.add_node("ask", node)
    builder.add_edge(START, "ask")
    return builder.compile()


def build_votes() -> Any:
    builder: Any = StateGraph(Work)
    builder.add_node("vote", vote)
    builder.add_node("count", count)
    builder.add_conditional_edges(START, voters, ["vote"])
    builder.add_edge("vote", "count")
    return builder.compile()


def build_hop() -> Any:
    builder: Any = StateGraph(Work)
    builder.add_node("hop", hop, destinations=("land", END))
    builder.add_node("land", land)
    builder.add_edge(START, "hop")
    return builder.compile()


decorated = single(runs)
triage = single(Triage(("fire", "high")))
table = single(dispatch)
signatures = single(signed)
items = single(each_item)
by_tool = single(calls_the_tool)
generator = single(generated)
votes = build_votes()
hops = build_hop()
blank_question = single(blank)
null_question = single(null)
empty_question = single(empty)
