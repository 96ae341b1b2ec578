"""Answers that pydantic validates as a type, or as JSON."""

from typing import Any, Literal

from langgraph.types import interrupt
from pydantic import BaseModel, TypeAdapter


class Yes(BaseModel):
    approved: bool
    amount: int = 5


class No(BaseModel):
    reason: str


VERDICT = TypeAdapter(Literal["pass", "fail"])


def is_one_of_two_models(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved: true | false, amount?: whole number} or {reason: text}"""
    answer = TypeAdapter(Yes | No).validate_python(interrupt("Fine?"))
    return {"answer": answer}


def is_a_model(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved: true | false, amount?: whole number}"""
    answer = TypeAdapter(Yes).validate_python(interrupt("Fine?"))
    return {"go": answer.approved}


def is_a_word_of_a_module(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "pass" | "fail" """
    return {"verdict": VERDICT.validate_python(interrupt("Fine?"))}


def is_a_list(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [whole number, …]"""
    return {"pages": TypeAdapter(list[int]).validate_python(interrupt("Which pages?"))}


def is_json_of_a_model(state: dict[str, Any]) -> dict[str, Any]:
    """answer: JSON text"""
    answer = Yes.model_validate_json(interrupt("Fine? As JSON."))
    return {"go": answer.approved}


def is_json_of_a_type(state: dict[str, Any]) -> dict[str, Any]:
    """answer: JSON text"""
    return {"pages": TypeAdapter(list[int]).validate_json(interrupt("Which pages? As JSON."))}


def is_of_a_type_that_is_not_known(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    return {"answer": TypeAdapter(state["type"]).validate_python(interrupt("Fine?"))}


class Contact(BaseModel):
    name: str


class Contact(Contact):  # type: ignore[no-redef]
    phone: str


def is_a_class_that_extends_its_own_name(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {name: text, phone: text}"""
    contact = Contact(**interrupt("Who?"))
    return {"name": contact.name, "phone": contact.phone}  # type: ignore[attr-defined]
