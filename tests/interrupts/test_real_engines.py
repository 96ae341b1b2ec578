"""The real engines take what the dialects answer: langchain's middleware in both modes, langgraph itself."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Interrupt, interrupt
from pydantic import BaseModel, Field

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.interrupts import FieldKind, FormValidationError, parse, resume_value, to_json

APPROVE, EDIT, REJECT, RESPOND = (
    DecisionKind.APPROVE,
    DecisionKind.EDIT,
    DecisionKind.REJECT,
    DecisionKind.RESPOND,
)


class ToolsModel(GenericFakeChatModel):
    def bind_tools(self, *_args: object, **_settings: object) -> Any:
        return self


class Address(BaseModel):
    city: str
    zip: str | None = None


@tool
def refund(amount: float, to: Address, note: str = "thanks", tags: list[str] | None = None) -> str:
    """Pays money back."""
    return f"paid {amount} to {to.city} ({note}, {tags})"


@tool
def log_out(user: str) -> str:
    """Ends a session."""
    return f"logged out {user}"


CALLS = [
    {"name": "refund", "args": {"amount": 12.5, "to": {"city": "Rome"}}, "id": "call_1"},
    {"name": "log_out", "args": {"user": "eve"}, "id": "call_2"},
]


@dataclass
class Agent:
    graph: Any
    config: dict[str, Any]

    def pending(self) -> tuple[Interrupt, ...]:
        found: tuple[Interrupt, ...] = self.graph.get_state(self.config).interrupts
        return found

    def resume(self, question: Interrupt, value: Json) -> None:
        self.graph.invoke(Command(resume={question.id: value}), self.config)

    def results(self) -> dict[str, ToolMessage]:
        messages = self.graph.get_state(self.config).values["messages"]
        return {message.tool_call_id: message for message in messages if isinstance(message, ToolMessage)}


def agent(mode: Any, calls: list[dict[str, Any]]) -> Agent:
    turns: Iterator[AIMessage] = iter([AIMessage("", tool_calls=calls), AIMessage("done")])
    graph = create_agent(
        ToolsModel(messages=turns),
        [refund, log_out],
        middleware=[
            HumanInTheLoopMiddleware(
                {"refund": True, "log_out": {"allowed_decisions": ["approve", "reject"]}}, interrupt_mode=mode
            )
        ],
        checkpointer=InMemorySaver(),
    )
    made = Agent(graph, {"configurable": {"thread_id": "t"}})
    made.graph.invoke({"messages": [{"role": "user", "content": "go"}]}, made.config)
    return made


def answered(question: Interrupt, *decisions: Decision) -> Json:
    value, schema = to_json(question.value), to_json(question.response_schema)
    return resume_value(parse(value, schema), decisions)


EXPECTED = {
    APPROVE: ("paid 12.5 to Rome (thanks, None)", "success"),
    EDIT: ("paid 3 to Oslo (thanks, ['a', 'b'])", "success"),
    REJECT: ("with reason: no money", "error"),
    RESPOND: ("paid in cash", "success"),
}


def decide_refund(question: Interrupt, row: int, kind: DecisionKind) -> Decision:
    """As a person does it: the form that the row has, filled in."""
    asked = parse(to_json(question.value), to_json(question.response_schema)).rows[row]
    typed = {
        APPROVE: None,
        EDIT: {"/amount": "3", "/to/city": "Oslo"},
        REJECT: {"/message": "no money"},
        RESPOND: {"/message": "paid in cash"},
    }[kind]
    decision = asked.decide(kind, typed)
    if kind is EDIT:
        assert isinstance(decision.value, dict)
        return Decision(kind=EDIT, value={**decision.value, "tags": ["a", "b"]})
    return decision


@pytest.mark.parametrize("kind", list(DecisionKind))
def test_per_call_takes_every_allowed_decision(kind: DecisionKind) -> None:
    run = agent("per_call", CALLS[:1])
    (question,) = run.pending()

    run.resume(question, answered(question, decide_refund(question, 0, kind)))

    text, status = EXPECTED[kind]
    assert not run.pending()
    assert text in str(run.results()["call_1"].content).replace("3.0", "3")
    assert run.results()["call_1"].status == status


@pytest.mark.parametrize(("first", "second"), list(itertools.product(DecisionKind, (APPROVE, REJECT))))
def test_batched_takes_every_allowed_pair_of_decisions(first: DecisionKind, second: DecisionKind) -> None:
    run = agent("batched", CALLS)
    (question,) = run.pending()

    run.resume(question, answered(question, decide_refund(question, 0, first), Decision(kind=second)))

    text, status = EXPECTED[first]
    assert not run.pending()
    assert text in str(run.results()["call_1"].content).replace("3.0", "3")
    assert run.results()["call_1"].status == status
    assert run.results()["call_2"].status == ("success" if second is APPROVE else "error")


def test_per_call_reads_allowed_decisions_and_fields_from_the_response_schema() -> None:
    run = agent("per_call", CALLS)
    requests = {
        request.rows[0].action: request.rows[0]
        for question in run.pending()
        for request in [parse(to_json(question.value), to_json(question.response_schema))]
    }

    assert requests["refund"].allowed == frozenset(DecisionKind)
    assert requests["log_out"].allowed == {APPROVE, REJECT}
    fields = {field.pointer: field for field in requests["refund"].forms[EDIT].fields}
    assert list(fields) == ["/amount", "/to/city", "/to/zip", "/note", "/tags"]
    assert fields["/amount"].kind is FieldKind.NUMBER
    assert fields["/amount"].raw == "12.5"
    assert fields["/note"].raw is None  # absent in the call: prefilling the default would add it
    with pytest.raises(FormValidationError) as refusal:
        requests["refund"].decide(EDIT, {"/amount": "much", "/to/city": "Oslo"})
    assert refusal.value.errors == {"/amount": "This should be a number, such as 12 or 3.5."}


def test_the_middlewares_own_description_is_not_said_twice() -> None:
    (question,) = agent("batched", CALLS[:1]).pending()

    request = parse(to_json(question.value))
    assert request.description is None  # beside the echo it says no more than the title
    assert not [part for part in request.rows[0].parts if part.label == "description"]


class Booking(BaseModel):
    name: str = Field(min_length=1)
    seats: int = Field(ge=1, le=9)
    window: bool = False
    note: str | None = None


class State(TypedDict, total=False):
    answer: Any


def graph_that_asks(value: Any, schema: Any) -> Agent:
    def ask(state: State) -> State:
        return {"answer": interrupt(value, response_schema=schema)}

    builder = StateGraph(State).add_node("ask", ask).add_edge(START, "ask")
    made = Agent(builder.compile(checkpointer=InMemorySaver()), {"configurable": {"thread_id": "t"}})
    made.graph.invoke({}, made.config)
    return made


def test_a_pydantic_schema_gets_a_typed_answer() -> None:
    run = graph_that_asks({"question": "Your booking?", "name": "Ann"}, Booking)
    (question,) = run.pending()
    row = parse(to_json(question.value), to_json(question.response_schema)).rows[0]

    decision = row.decide(EDIT, {"/seats": "2", "/window": True, "/note": None})
    run.resume(question, answered(question, decision))

    assert run.graph.get_state(run.config).values["answer"] == Booking(name="Ann", seats=2, window=True)


@pytest.mark.parametrize(("kind", "told"), [(APPROVE, True), (REJECT, False)])
def test_a_boolean_schema_gets_a_boolean(kind: DecisionKind, told: bool) -> None:
    run = graph_that_asks("Ship it?", {"type": "boolean"})
    (question,) = run.pending()

    run.resume(question, answered(question, Decision(kind=kind)))

    assert run.graph.get_state(run.config).values["answer"] is told
