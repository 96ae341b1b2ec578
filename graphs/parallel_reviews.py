"""Collects a review of each candidate, all at the same time.

Pattern: several questions wait at once, and may be answered in any order.

Each candidate is reviewed in a branch of its own (`Send`), so each has an interrupt of its own and none
waits for another. The answer's shape is said with `response_schema`: people get a form for it, and
LangGraph refuses an answer that does not fit before it is stored.
"""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from langgraph.types import Send, interrupt
from pydantic import Field
from typing_extensions import TypedDict


class Vacancy(TypedDict):
    """What somebody fills in to have candidates reviewed."""

    position: Annotated[str, Field(min_length=1, description="The job.")]
    candidates: Annotated[list[str], Field(min_length=1, description="Who applied.")]
    places: Annotated[int, Field(ge=1, description="How many to invite.")]


class Verdict(TypedDict):
    """One reviewer's answer about one candidate."""

    score: Annotated[int, Field(ge=1, le=5, description="1 is no, 5 is an enthusiastic yes.")]
    remark: Annotated[str, Field(description="Why.")]


class Scored(Verdict):
    candidate: str


class State(Vacancy):
    verdicts: Annotated[list[Scored], operator.add]
    invited: list[str]


class Result(TypedDict):
    verdicts: list[Scored]
    invited: list[str]


class Branch(TypedDict):
    position: str
    candidate: str


def one_branch_each(state: State) -> list[Send]:
    """Open a branch per candidate."""
    return [
        Send("review", Branch(position=state["position"], candidate=candidate))
        for candidate in state["candidates"]
    ]


def review(state: Branch) -> dict[str, list[Scored]]:
    """Ask about one candidate."""
    payload = {"question": f"How suitable is {state['candidate']}?", **state}
    verdict: Verdict = interrupt(payload, response_schema=Verdict)
    return {"verdicts": [Scored(candidate=state["candidate"], **verdict)]}


def rank(state: State) -> dict[str, list[str]]:
    """Invite the best; runs once, when every branch has its answer."""
    best = sorted(state["verdicts"], key=lambda verdict: -verdict["score"])
    return {"invited": [verdict["candidate"] for verdict in best[: state["places"]]]}


graph = StateGraph(State, input_schema=Vacancy, output_schema=Result)
graph.add_node("review", review, input_schema=Branch)
graph.add_node("rank", rank)
graph.add_conditional_edges(START, one_branch_each, ["review"])
graph.add_edge("review", "rank")
