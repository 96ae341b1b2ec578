"""Questions that want a number."""

from decimal import Decimal
from typing import Any

from langgraph.types import interrupt
from pydantic import BaseModel


def is_tested_for_being_whole(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    question = "How old are you?"
    while True:
        answer = interrupt(question)
        if not isinstance(answer, int) or answer < 0:
            question = f"{answer!r} is no age. How old are you?"
            continue
        break
    return {"age": answer}


def is_converted(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    problem = ""
    while True:
        given = interrupt(f"{problem}How many seats?")
        try:
            seats = int(given)
            if seats < 1:
                raise ValueError("too few")
            break
        except (TypeError, ValueError) as error:
            problem = f"{error}. "
    return {"seats": seats}


def may_have_fractions(state: dict[str, Any]) -> dict[str, Any]:
    """answer: number"""
    return {"price": float(interrupt("What does it cost?"))}


def is_exact_money(state: dict[str, Any]) -> dict[str, Any]:
    """answer: decimal text"""
    amount = Decimal(interrupt("How much?"))
    return {"amount": str(amount)}


def is_exact_money_of_a_key(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {amount: decimal text}"""
    answer = interrupt("How much?")
    return {"amount": str(Decimal(answer["amount"]))}


def is_made_exact_by_way_of_its_digits(state: dict[str, Any]) -> dict[str, Any]:
    """answer: number"""
    return {"amount": Decimal(str(interrupt("How much?")))}


def is_exact_money_of_a_number_that_is_tested(state: dict[str, Any]) -> dict[str, Any]:
    """answer: number"""
    amount = interrupt("How much?")
    if not isinstance(amount, int | float):
        raise TypeError("a number")
    return {"amount": Decimal(amount)}


def is_one_of_two_types(state: dict[str, Any]) -> dict[str, Any]:
    """answer: number"""
    amount = interrupt("How much?")
    if isinstance(amount, int | float):
        return {"amount": amount}
    raise TypeError("a number")


def is_compared_with_a_number(state: dict[str, Any]) -> dict[str, Any]:
    """answer: number"""
    score = interrupt("How good is it, from 0 to 10?")
    return {"good": score >= 7}


def is_between(state: dict[str, Any]) -> dict[str, Any]:
    """answer: number"""
    if 0 < (share := interrupt("Which share?")) < 1:
        return {"share": share}
    return {"share": None}


def is_calculated_with(state: dict[str, Any]) -> dict[str, Any]:
    """answer: number"""
    percent = interrupt("How many percent?")
    return {"factor": 1 - percent / 100}


def is_a_number_of_turns(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    lines = []
    for number in range(interrupt("How many lines?")):
        lines.append(f"line {number}")
    return {"lines": lines}


def is_a_place_in_a_list(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    drafts = ["short", "long"]
    return {"draft": drafts[interrupt("Which one, 0 or 1?")]}


def is_one_of_some_numbers(state: dict[str, Any]) -> dict[str, Any]:
    """answer: 1 | 2 | …"""
    match interrupt("1: pay, 2: wait"):
        case 1:
            return {"do": "pay"}
        case 2:
            return {"do": "wait"}
        case _:
            return {}


def is_matched_as_whole(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    match interrupt("How many?"):
        case int(count):
            return {"count": count}
        case _:
            return {}


def is_declared(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    copies: int = interrupt("How many copies?")
    return {"copies": copies}


def is_the_digits_of_a_text(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    digits = interrupt("Your PIN?").strip()
    if not digits.isdecimal():
        return {"pin": None}
    return {"pin": int(digits)}


def _keep_for_later(name: str, value: str) -> None:
    print(name, value)


def is_passed_to_a_function_that_wants_a_text(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    prompt = "How many seats?"
    while True:
        given = interrupt(prompt)
        _keep_for_later("seats", given)
        try:
            seats = int(given)
            if seats < 1:
                raise ValueError("too few")
            break
        except (ValueError, TypeError):
            prompt = f"{given} is no number of seats."
    return {"seats": seats}


def is_declared_as_a_text_and_converted(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    given: str = interrupt("How many seats?")
    return {"seats": int(given)}


def is_declared_as_a_text_and_calculated_with(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    given: str = interrupt("How many seats?")
    return {"seats": given - 1}  # type: ignore[operator]


def is_no_number_where_it_is_empty(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    while True:
        given = interrupt("How many seats?")
        if given is None or given == "":
            continue
        try:
            return {"seats": int(given)}
        except ValueError:
            pass


def is_stripped_where_it_is_a_text(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    given = interrupt("How many seats?")
    if isinstance(given, str):
        given = given.strip()
    return {"seats": int(given)}


class Booking(BaseModel):
    seats: str


def is_checked_for_being_a_text(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    given = interrupt("How many seats?")
    return {"booking": Booking(seats=given), "seats": int(given)}
