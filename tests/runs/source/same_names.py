"""Classes of one name, in one module: the last one counts where the name is looked up later."""

from enum import Enum
from typing import Any

from langgraph.types import interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    answer: bool
    first: bool


class Review(BaseModel):
    agreed: bool


class Kept(TypedDict, total=False):
    review: Review


def keeps_it(state: dict[str, Any]) -> dict[str, Any]:
    return {"answer": interrupt("?")}


Earlier = State


class Review(BaseModel):  # type: ignore[no-redef]
    score: int
    words: str = ""


class State(TypedDict, total=False):  # type: ignore[no-redef]
    answer: int
    second: bool


def takes_the_last(state: dict[str, Any]) -> dict[str, Any]:
    review = Review.model_validate(interrupt("How good?"))
    return {"answer": review}


def is_declared_before(state: Kept) -> Kept:
    return {"review": interrupt("Agreed?")}


class Order:
    class Review(BaseModel):
        paid: bool

    class Kind(Enum):
        SMALL = "small"
        LARGE = "large"

    class Change(BaseModel):
        amount: int
        reason: str


class Invoice:
    class Review(BaseModel):
        due: str


def takes_one_inside_a_class(state: dict[str, Any]) -> dict[str, Any]:
    return {"answer": Order.Review.model_validate(interrupt("Paid?")).paid}


def takes_one_inside_another(state: dict[str, Any]) -> dict[str, Any]:
    return {"answer": Invoice.Review(**interrupt("When?")).due}


def takes_a_member(state: dict[str, Any]) -> dict[str, Any]:
    return {"answer": Order.Kind(interrupt("Which?")) is Order.Kind.SMALL}


def made() -> Any:
    class Kind(Enum):
        NOW = "now"
        LATER = "later"

    class Review(BaseModel):
        kind: Kind

    def takes_a_local_one(state: dict[str, Any]) -> dict[str, Any]:
        return {"answer": Review.model_validate(interrupt("When?")).kind}

    return takes_a_local_one
