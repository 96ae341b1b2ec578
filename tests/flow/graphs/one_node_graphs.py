"""Graphs of one node, and what became of their approvals."""

import operator
from typing import Annotated, Any, NotRequired, TypedDict

from langgraph.graph import START, StateGraph

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.lifecycle import Status
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.support.harness import Harness

YES, NO, TELL = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RESPOND
Graph = StateGraph[Any, Any, Any, Any]


class Answers(TypedDict):
    text: str
    answers: NotRequired[Annotated[list[Any], operator.add]]


def one_node(node: Any, *, name: str = "ask") -> Graph:
    graph = StateGraph(Answers)
    graph.add_node(name, node)
    graph.add_edge(START, name)
    return graph


async def decided(harness: Harness, thread: ThreadRef, kind: DecisionKind = YES) -> Approval:
    """A card that somebody decided, of which no worker has taken note."""
    await harness.say(thread, "x")
    card = await harness.the_card(thread)
    await harness.vote(card, kind)
    return card


async def status(harness: Harness, approval: Approval) -> tuple[Status, str | None]:
    found = await harness.threads.approval(approval.id)
    assert found is not None
    return found.approval.status, found.approval.status_reason


def results(harness: Harness) -> list[Any]:
    return [row.body["values"] for row in harness.slack.of(OutgoingKind.RESULT) if isinstance(row.body, dict)]
