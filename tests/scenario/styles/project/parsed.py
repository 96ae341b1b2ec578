"""Answers that are parsed: into a model, a dataclass, a TypedDict, an enum."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Annotated, Any, Literal, NotRequired

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator
from typing_extensions import TypedDict


class Work(TypedDict):
    task: str
    result: NotRequired[str]


# A pydantic model with validators, and a message where it does not fit.


class Verdict(BaseModel):
    outcome: Literal["ship", "hold", "drop"]
    seats: Annotated[int, Field(ge=1)] = 1
    remark: str | None = None

    @field_validator("outcome", mode="before")
    @classmethod
    def lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value


def by_model(state: Work) -> dict[str, Any]:
    try:
        verdict = Verdict.model_validate(interrupt({"task": state["task"], "needs": "a verdict"}))
    except ValidationError as error:
        return {"result": f"not understood: {error.error_count()}"}
    return {"result": f"{verdict.outcome} for {verdict.seats}, {verdict.remark}"}


# A union of two models that a field tells apart.


class Granted(BaseModel):
    kind: Literal["granted"]
    days: int


class Denied(BaseModel):
    kind: Literal["denied"]
    reason: str


LEAVE: TypeAdapter[Granted | Denied] = TypeAdapter(Annotated[Granted | Denied, Field(discriminator="kind")])


def by_adapter(state: Work) -> dict[str, Any]:
    answer = LEAVE.validate_python(interrupt({"leave": state["task"]}))
    match answer:
        case Granted(days=days):
            return {"result": f"{days} days off"}
        case Denied(reason=reason):
            return {"result": f"no leave, {reason}"}


# A dataclass that is made from the answer, with a method that decides.


@dataclass
class Signature:
    signed: bool
    by: str = "nobody"

    def holds(self) -> bool:
        return self.signed and self.by != "nobody"


def by_dataclass(state: Work) -> dict[str, Any]:
    signature = Signature(**interrupt({"contract": state["task"]}))
    return {"result": f"signed by {signature.by}" if signature.holds() else "unsigned"}


# A TypedDict that says what the answer is, and nothing checks it.


class Choice(TypedDict):
    keep: bool
    why: NotRequired[str]


def by_typed_dict(state: Work) -> dict[str, Any]:
    choice: Choice = interrupt({"file": state["task"]})
    return {"result": f"kept, {choice.get('why', 'no reason')}" if choice["keep"] else "deleted"}


# An enum whose values are the answers.


class Route(StrEnum):
    FAST = "fast"
    SAFE = "safe"
    NONE = "none"


def by_enum(state: Work) -> dict[str, Any]:
    route = Route(interrupt({"route": state["task"]}))
    if route is Route.NONE:
        return {"result": "stays"}
    return {"result": f"goes the {route.value} way"}


# An enum that knows which of its members is a yes.


class Gate(Enum):
    OPEN = "open"
    SHUT = "shut"

    @property
    def passes(self) -> bool:
        return self is Gate.OPEN


def by_property(state: Work) -> dict[str, Any]:
    gate = Gate(interrupt({"gate": state["task"]}))
    return {"result": "went in" if gate.passes else "stayed out"}


def single(node: Any) -> Any:
    builder: Any = StateGraph(Work)
    builder.add_node("ask", node)
    builder.add_edge(START, "ask")
    return builder.compile()


model = single(by_model)
adapter = single(by_adapter)
signature = single(by_dataclass)
typed = single(by_typed_dict)
enum = single(by_enum)
gate = single(by_property)
