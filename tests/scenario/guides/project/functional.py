"""Workflows of the functional API that wait for a person."""

from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.types import interrupt


@task
def write_essay(topic: str) -> str:
    return f"An essay about {topic}"


@entrypoint(checkpointer=InMemorySaver())
def essay(topic: str) -> dict[str, Any]:
    text = write_essay(topic).result()
    is_approved = interrupt({"essay": text, "action": "Please approve or reject this essay"})
    return {"essay": text, "is_approved": is_approved}


@task
def step_1(input_query: str) -> str:
    return f"{input_query} bar"


@task
def human_feedback(input_query: str) -> str:
    feedback = interrupt(f"Please give feedback on: {input_query}")
    return f"{input_query} {feedback}"


@task
def step_3(input_query: str) -> str:
    return f"{input_query} qux"


@entrypoint(checkpointer=InMemorySaver())
def feedback(input_query: str) -> str:
    result_1 = step_1(input_query).result()
    result_2 = human_feedback(result_1).result()
    return str(step_3(result_2).result())
