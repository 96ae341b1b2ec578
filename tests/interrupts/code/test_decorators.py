"""Each decorator that answers are followed through, called for real: it gives back what the function gave."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task

from countersign.interrupts.code.evaluation.model.decorators import PASSING
from countersign.interrupts.code.notation import notation
from tests.interrupts.code.reading import IMPORT, read_text

ANSWER = object()
CALLED_FIRST = {"traceable", "retry", "deprecated", "cached"}  # made with arguments, before they decorate
ARGUMENTS: dict[str, tuple[Any, ...]] = {"deprecated": ("use another",), "cached": ({},)}
NOT_CALLED = {"wraps", "overload"}  # they decorate what somebody else calls
TRIED_BELOW = {"property", "cached_property", "task", "entrypoint", "tool"}


def installed() -> Iterator[tuple[str, str]]:
    for module, names in PASSING.items():
        try:
            found = importlib.import_module(module)
        except ImportError:  # cachetools is not among what the bot itself needs
            continue
        yield from ((module, name) for name in sorted(names) if hasattr(found, name))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("module", "name"), [each for each in installed() if each[1] not in NOT_CALLED | TRIED_BELOW]
)
def test_it_gives_back_what_the_function_gave(module: str, name: str) -> None:
    decorator = getattr(importlib.import_module(module), name)
    if name in CALLED_FIRST:
        decorator = decorator(*ARGUMENTS.get(name, ()))

    def ask(question: str) -> object:
        return ANSWER

    if name == "classmethod":
        assert type("Held", (), {"ask": decorator(lambda cls, question: ANSWER)}).ask("?") is ANSWER  # type: ignore[attr-defined]
        return
    if name == "staticmethod":
        assert type("Held", (), {"ask": decorator(ask)}).ask("?") is ANSWER  # type: ignore[attr-defined]
        return
    assert decorator(ask)("?") is ANSWER


@pytest.mark.parametrize(("module", "name"), [each for each in installed() if "property" in each[1]])
def test_a_property_is_what_its_function_gave(module: str, name: str) -> None:
    made = getattr(importlib.import_module(module), name)(lambda self: ANSWER)
    held = type("Held", (), {})
    held.answer = made  # type: ignore[attr-defined]
    if hasattr(made, "__set_name__"):
        made.__set_name__(held, "answer")
    assert held().answer is ANSWER


def test_a_task_and_an_entrypoint_give_back_what_their_functions_gave() -> None:
    @task
    def ask(question: str) -> dict[str, bool]:
        return {"approved": True}

    @entrypoint(checkpointer=InMemorySaver())
    def graph(question: str) -> dict[str, bool]:
        return ask(question).result()

    assert graph.invoke("?", {"configurable": {"thread_id": "1"}}) == {"approved": True}


@pytest.mark.parametrize("module", [module for module, names in PASSING.items() if "tool" in names])
def test_a_tool_gives_back_what_its_function_gave(module: str) -> None:
    def ask(question: str) -> object:
        """Ask."""
        return ANSWER

    assert importlib.import_module(module).tool(ask).invoke({"question": "?"}) is ANSWER


@pytest.mark.parametrize(
    ("decorated", "shape"),
    [
        ("from tenacity import retry\n@retry(reraise=True)", "true | false"),
        ("import tenacity\n@tenacity.retry", "true | false"),
        ("import functools\n@functools.lru_cache(maxsize=None)", "true | false"),
        ("from langsmith import traceable\n@traceable(name='ask')", "true | false"),
        ("from langgraph.func import task\n@task", "true | false"),
        # Of the same names, by other hands.
        ("from vendor import retry\n@retry", "unknown"),
        ("from vendor.steps import task\n@task", "unknown"),
        ("import vendor\n@vendor.traceable(name='ask')", "unknown"),
        ("tracer = vendor()\n@tracer.start_as_current_span('ask')", "unknown"),
        ("from mlflow import trace\n@trace", "unknown"),
    ],
)
def test_only_those_are_followed_through(decorated: str, shape: str) -> None:
    text = (
        f"{IMPORT}{decorated}\ndef ask(question):\n    return interrupt(question)\n"
        "def node(state):\n    if ask('Go on?'):\n        return {'x': 1}\n    return {}\n"
    )
    (question,) = read_text(text).nodes[0].questions
    assert notation(question.shape) == shape
