"""Questions for values: validated, several in one node, several at once, a record."""

import operator
from typing import Annotated, Any, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class Person(TypedDict):
    topic: str
    name: NotRequired[str]
    age: NotRequired[int | None]
    city: NotRequired[str]


def ask_age(_state: Person) -> dict[str, Any]:
    prompt = "How old are you?"
    while True:
        answer = interrupt(prompt)
        if isinstance(answer, int) and answer > 0:
            break
        prompt = f"'{answer}' is not an age. Please give a positive number."
    return {"age": answer}


def ask_age_as_text(_state: Person) -> dict[str, Any]:
    prompt = "Please tell your age; it has to be a number."
    while True:
        given = interrupt(prompt)
        try:
            age = int(given)
            if age < 0:
                raise ValueError("An age is not negative.")
        except (ValueError, TypeError):
            prompt = f"'{given}' is not valid. Please tell a number that is not negative."
            continue
        return {"age": age}


def ask_once(state: Person) -> dict[str, Any]:
    """Asks in a node that leads back to itself, with the answer in the state."""
    age = state.get("age")
    prompt = "How old are you?" if age is None else f"{age} is too much. How old are you?"
    answer = interrupt(prompt)
    return {"age": answer}


def ask_twice(_state: Person) -> dict[str, Any]:
    name = interrupt("What is your name?")
    age = interrupt("What is your age?")
    return {"name": name, "age": age}


def ask_thrice(_state: Person) -> dict[str, Any]:
    name = interrupt("What is your name?")
    age = interrupt("What is your age?")
    city = interrupt("What is your city?")
    return {"name": name, "age": age, "city": city}


def ask_record(_state: Person) -> dict[str, Any]:
    response = interrupt(
        {
            "question": "Please give the person's details",
            "fields": ["name", "age"],
            "current_values": {"name": "Ada", "age": 36},
        }
    )
    return {"name": response["name"], "age": response["age"]}


def single(node: Any) -> Any:
    builder: Any = StateGraph(Person)
    builder.add_node("only", node)
    builder.add_edge(START, "only")
    return builder.compile()


def build_looping() -> Any:
    builder: Any = StateGraph(Person)
    builder.add_node("ask", ask_once)
    builder.add_edge(START, "ask")
    builder.add_conditional_edges(
        "ask", lambda state: "ask" if not isinstance(state["age"], int) or state["age"] > 120 else "__end__"
    )
    return builder.compile()


age = single(ask_age)
age_as_text = single(ask_age_as_text)
age_by_edge = build_looping()
two_questions = single(ask_twice)
three_questions = single(ask_thrice)
record = single(ask_record)


class Both(TypedDict):
    topic: str
    answers: NotRequired[Annotated[list[str], operator.add]]


def build_parallel() -> Any:
    def node_a(_state: Both) -> dict[str, Any]:
        return {"answers": [f"a:{interrupt('What about a?')}"]}

    def node_b(_state: Both) -> dict[str, Any]:
        return {"answers": [f"b:{interrupt('What about b?')}"]}

    builder: Any = StateGraph(Both)
    builder.add_node("a", node_a)
    builder.add_node("b", node_b)
    builder.add_edge(START, "a")
    builder.add_edge(START, "b")
    return builder.compile()


parallel = build_parallel()
