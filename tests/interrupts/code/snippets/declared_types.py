"""Questions whose answer has a type that is written down."""

import enum
from dataclasses import dataclass, field
from enum import IntEnum, auto
from typing import Any

from langgraph.types import interrupt
from pydantic import BaseModel, Field
from typing_extensions import Required, TypedDict


class Partial(TypedDict, total=False):
    note: str
    ok: Required[bool]


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Mood(enum.StrEnum):
    GOOD = auto()
    BAD = auto()


class Base(BaseModel):
    name: str


class Order(Base):
    count: int = 1
    tags: list[str] = Field(default_factory=list)
    price: float = Field(..., gt=0)
    parent: "Order | None" = None
    mood: Mood = Mood.GOOD
    where: dict[str, Any] = {}


@dataclass
class Stay:
    hotel: str
    nights: int = field(default=1)
    guests: list[Base] = field(default_factory=list)


class Unsaid:
    def __init__(self, value: Any) -> None:
        self.value = value


def is_a_partial_dict(state: dict[str, Any]) -> Any:
    """answer: {note?: text, ok: true | false}"""
    answer: Partial = interrupt("?")
    return {"answer": answer}


def is_a_partial_dict_that_is_read(state: dict[str, Any]) -> Any:
    """answer: {note: text, ok: true | false}"""
    answer: Partial = interrupt("?")
    return {"note": answer["note"], "ok": answer["ok"]}


def is_a_level(state: dict[str, Any]) -> Any:
    """answer: 1 | 2"""
    return {"level": Level(interrupt("?"))}


def is_a_mood(state: dict[str, Any]) -> Any:
    """answer: "good" | "bad" """
    return {"mood": Mood(interrupt("?"))}


def is_a_mood_in_capitals(state: dict[str, Any]) -> Any:
    """answer: "good" | "bad" (any case)"""
    return {"mood": Mood(interrupt("?").lower())}


def is_a_model(state: dict[str, Any]) -> Any:
    """answer: {name: text, count?: whole number, tags?: [text, …], price: number, parent?: {name: text, count?: whole number, tags?: [text, …], price: number, parent?: unknown, mood?: "good" | "bad", where?: {…}}, mood?: "good" | "bad", where?: {…}}"""
    return {"order": Order.model_validate(interrupt("?"))}


def is_a_part_of_a_model(state: dict[str, Any]) -> Any:
    """answer: number"""
    return {"order": Order(name="me", price=interrupt("?"))}


def is_a_model_with_a_given_name(state: dict[str, Any]) -> Any:
    """answer: {count?: whole number, tags?: [text, …], price: number, parent?: {name: text, count?: whole number, tags?: [text, …], price: number, parent?: unknown, mood?: "good" | "bad", where?: {…}}, mood?: "good" | "bad", where?: {…}}"""
    return {"order": Order(name="me", **interrupt("?"))}


def is_a_dataclass(state: dict[str, Any]) -> Any:
    """answer: {hotel: text, nights?: whole number, guests?: [{name: text}, …]}"""
    stay = Stay(**interrupt("?"))
    return {"nights": stay.nights + 1}


def is_a_part_of_a_dataclass(state: dict[str, Any]) -> Any:
    """answer: whole number"""
    return {"stay": Stay("Ritz", interrupt("?"))}


def is_given_to_a_class_that_keeps_it(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    return {"value": Unsaid(interrupt("?")).value == "yes"}


def is_a_list_of_moods(state: dict[str, Any]) -> Any:
    """answer: ["good" | "bad", …]"""
    answer: list[Mood] = interrupt("?")
    return {"moods": answer}


def is_a_mood_or_words(state: dict[str, Any]) -> Any:
    """answer: "good" | "bad" or text"""
    answer: Mood | str | None = interrupt("?")
    return {"mood": answer}


def is_declared_more_than_it_is_used(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    answer: str = interrupt("?")
    if answer == "yes":
        return {"go": 1}
    return {"go": 0}


def is_declared_other_than_it_is_used(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    answer: int = interrupt("?")
    return {"first": answer["first"].strip()}  # type: ignore[index]  # what the snippet is about


def is_declared_by_the_function_that_asks(state: dict[str, Any]) -> Any:
    """answer: "good" | "bad" """
    return {"mood": ask_mood()}


def ask_mood() -> Mood:
    return interrupt("?")  # type: ignore[no-any-return]


def is_a_pair_of_which_one_is_read(state: dict[str, Any]) -> Any:
    """answer: [true | false, text]"""
    answer: tuple[bool, str] = interrupt("?")
    return {"ok": answer[0]}


def is_a_pair_that_is_gone_through(state: dict[str, Any]) -> Any:
    """answer: [text, text]"""
    answer: tuple[str, str] = interrupt("?")
    return {"names": [name.strip() for name in answer]}


def is_a_pair_whose_second_is_read_as_one_of_two(state: dict[str, Any]) -> Any:
    """answer: [text, "kg" | "lb" | …]"""
    answer: tuple[str, str] = interrupt("?")
    return {"heavy": answer[1] == "kg" or answer[1] == "lb"}
