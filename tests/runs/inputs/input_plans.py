"""The input plan of a graph, as the bot makes it."""

from dataclasses import replace
from typing import Any, TypedDict

from countersign.runs.inputs.input_plan import InputPlan, plan_input
from countersign.runs.source.answers import own_code
from tests.support.harness import loaded


class Texts(TypedDict):
    topic: str
    tone: str


def plan_of(graph: Any, **more: Any) -> InputPlan:
    found = replace(loaded({"g": graph})["g"], **more)
    return plan_input(found, own_code({"g": found}))
