"""A graph that does what the message says, as JSON, and notes what came of it in $PROBE_FOLDER.

{"say": text}          says this before anything else
{"wait_for": name}     goes on once the file `name` is there, after making `name.reached`
{"block_for": seconds} makes `block.reached` and blocks its event loop, unless there is `unblocked`
{"compute": kind}      makes `<kind>.reached`, computes for 6 s on its event loop and makes `<kind>.ended`:
                       "python" in Python code, "c" in one call of C that keeps the GIL
{"fail_until": name}   raises until the file `name` is there
{"fail_with": name}    raises with the value of this variable of the environment in its message
{"asks": [value, ...]} asks each in turn, in one node; {"ask": value} asks one, {"schema": ...} with a schema
{"built": name}        asks with one of the values that no message can hold
{"even": question}     asks for a number by a schema whose last word, that it be even, is Python's alone
{"parallel": [...]}    asks all at once, in a branch each
{"fail_after": name}   raises after the answers until the file `name` is there
{"wait_after": name}   waits after the answers, as `wait_for` does before the questions

What a node was answered is a line of `<thread id, with - for />.jsonl`: one line for each time it got there.
"""

import asyncio
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Send, interrupt
from pydantic import BaseModel, field_validator
from typing_extensions import TypedDict

_COMPUTE_SECONDS = 6.0
_SAMPLE = 5_000_000  # steps of a loop in C, to learn how long one takes
SECRET = "the inside story, for the log alone"


class InsideError(RuntimeError):
    """What a graph's author would not want in Slack."""

    def __init__(self) -> None:
        super().__init__(SECRET)


@dataclass
class Point:
    x: int
    y: int


class Branch(TypedDict):
    ask: Any


class Even(BaseModel):
    number: int

    @field_validator("number")
    @classmethod
    def _even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("odd numbers are unlucky")
        return value


BUILT: dict[str, Any] = {
    "duration": {"question": "Hold it?", "for": timedelta(hours=2)},
    "megabyte": {"query": "a" * 500_000 + "MIDDLE" + "z" * 500_000},
    "not_json": {
        "question": "Is this fine?",
        "when": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "where": Point(1, 2),
        "raw": b"\xff\x00",
        "many": {1, 2},
        "nan": float("nan"),
        3: "three",
    },
}


def folder() -> Path:
    return Path(os.environ["PROBE_FOLDER"])


def wish_of(state: MessagesState) -> dict[str, Any]:
    said = next(m for m in reversed(state["messages"]) if m.type == "human")
    try:
        wish, _ = json.JSONDecoder().raw_decode(said.text)  # behind it, there may be the texts of files
    except ValueError:
        return {"heard": said.text}
    return wish if isinstance(wish, dict) else {"heard": said.text}


def note(config: RunnableConfig, what: dict[str, Any]) -> None:
    here = config["configurable"]
    seen = {name: here[name] for name in here if name.startswith("slack_") or name == "thread_id"}
    with (folder() / f"{here['thread_id'].replace('/', '-')}.jsonl").open("a") as file:
        file.write(json.dumps({**what, "configurable": seen}) + "\n")


async def appears(name: str) -> None:
    (folder() / f"{name}.reached").touch()
    while not (folder() / name).exists():  # noqa: ASYNC110 -- the file is another process's
        await asyncio.sleep(0.01)


def say(state: MessagesState) -> dict[str, Any]:
    return {"messages": [AIMessage(wish_of(state)["say"])]}


def compute(kind: str) -> None:
    began = time.monotonic()
    sum(range(_SAMPLE))
    repeat = _COMPUTE_SECONDS / (time.monotonic() - began)
    (folder() / f"{kind}.reached").touch()
    if kind == "c":
        sum(range(int(_SAMPLE * repeat)))
    while time.monotonic() - began < _COMPUTE_SECONDS:
        sum(range(100))
    (folder() / f"{kind}.ended").touch()


async def act(state: MessagesState, config: RunnableConfig) -> dict[str, Any]:
    wish = wish_of(state)
    if name := wish.get("wait_for"):
        await appears(name)
    if (seconds := wish.get("block_for")) and not (folder() / "unblocked").exists():
        (folder() / "block.reached").touch()
        time.sleep(seconds)  # noqa: ASYNC251 -- as authors do who do not know better
    if kind := wish.get("compute"):
        compute(kind)
    if (name := wish.get("fail_until")) and not (folder() / name).exists():
        raise InsideError
    if "fail_with" in wish:
        raise RuntimeError("Refused with the key " + os.environ[wish["fail_with"]])
    asks = wish.get("asks", [wish["ask"]] if "ask" in wish else [])
    if built := wish.get("built"):
        asks = [BUILT[built]]
    answers = [interrupt(ask, response_schema=wish.get("schema")) for ask in asks]
    if question := wish.get("even"):
        answers.append(interrupt({"question": question}, response_schema=Even).number)
    if (name := wish.get("fail_after")) and not (folder() / name).exists():
        raise InsideError
    if name := wish.get("wait_after"):
        await appears(name)
    note(config, {"answers": answers, "heard": wish.get("heard")})
    return {"messages": [AIMessage(f"Heard: {wish['heard']}" if "heard" in wish else "Resumed.")]}


def branch(state: Branch, config: RunnableConfig) -> dict[str, Any]:
    answer = interrupt(state["ask"])
    note(config, {"asked": state["ask"], "answers": [answer]})
    return {"messages": [AIMessage(f"One of several: {answer}")]}


def where_to(state: MessagesState) -> list[Send] | str:
    wish = wish_of(state)
    if "say" in wish:
        return "say"
    return [Send("branch", Branch(ask=ask)) for ask in wish["parallel"]] if "parallel" in wish else "act"


graph = StateGraph(MessagesState)
graph.add_node("act", act)
graph.add_node("branch", branch, input_schema=Branch)
graph.add_node("say", say)
graph.add_edge("say", "act")
graph.add_conditional_edges(START, where_to, ["act", "branch", "say"])
