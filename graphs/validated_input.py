"""Reserves a room, and asks how many people come until the answer fits one.

Pattern: ask until the answer is valid.

One node asks once and another checks the answer, with an edge back. A `while` loop around `interrupt()`
inside one node would work too, but the node would run again from its start for every answer given so far.
"""

from typing import Literal, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

LARGEST_ROOM = 200


class Event(TypedDict):
    """What is planned; one text, so a run is started by a plain message."""

    event: str


class State(Event):
    answer: NotRequired[str]
    problem: NotRequired[str]
    seats: NotRequired[int]


class Result(TypedDict):
    event: str
    seats: int


def ask(state: State) -> dict[str, str]:
    """Ask for the number of people, with what was wrong with the last answer."""
    problem = f"{state['problem']} " if state.get("problem") else ""
    return {"answer": interrupt({"question": f"{problem}How many people come to {state['event']}?"})}


def check(state: State) -> Command[Literal["ask", "reserve"]]:
    """Take a whole number of people that fits into a room; ask again for anything else."""
    answer = state["answer"].strip()
    if not answer.isdecimal():
        return Command(update={"problem": f"“{answer}” is not a whole number."}, goto="ask")
    if not 1 <= int(answer) <= LARGEST_ROOM:
        return Command(update={"problem": f"Our rooms hold 1 to {LARGEST_ROOM}, not {answer}."}, goto="ask")
    return Command(update={"seats": int(answer)}, goto="reserve")


def reserve(state: State) -> Result:
    """Stand where the room would be reserved; reached only with a valid number."""
    return {"event": state["event"], "seats": state["seats"]}


builder = StateGraph(State, input_schema=Event, output_schema=Result)
builder.add_node("ask", ask)
builder.add_node("check", check)
builder.add_node("reserve", reserve)
builder.add_edge(START, "ask")
builder.add_edge("ask", "check")
graph = builder.compile()
