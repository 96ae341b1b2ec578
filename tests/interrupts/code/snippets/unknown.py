"""Questions of which the code does not show what they take: nothing may be claimed of them."""

import json
from typing import Any

from langgraph.types import Command, interrupt
from somewhere_else import judge, store  # type: ignore[import-not-found]


def is_given_away(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    return {"result": judge(interrupt("What do you think?"))}


def is_only_kept(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    approved = interrupt("Do you approve this action?")
    return {"approved": approved}


def is_only_logged(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    answer = interrupt("Ready?")
    print(f"ready: {answer}")
    return {}


def is_tested_and_given_away(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    answer = interrupt("Any wishes?")
    if answer:
        store(answer)
    return {}


def is_kept_if_there_is_any(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    feedback = interrupt("Any feedback?")
    if feedback:
        return {"feedback": feedback}
    return {}


def is_asked_for_until_there_is_any(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    while not (name := interrupt("Who are you?")):
        pass
    return {"name": name}


def is_put_under_keys_of_the_state(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    answers = {}
    for question in state["questions"]:
        answers[question] = interrupt(question)
    return {"answers": answers}


def is_looked_into(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    return {"urgent": "urgent" in interrupt("How urgent is it?")}


def is_measured(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    return {"long": len(interrupt("Tell us more.")) > 10}


def is_multiplied_with_a_text(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    return {"line": "-" * interrupt("How long?")}


def has_attributes(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    answer = interrupt({"draft": state["draft"]})
    return {"approved": answer.approved}


def is_compared_with_the_state(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    return {"right": interrupt("The code?") == state["code"]}


def is_looked_for_in_the_state(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    choice = interrupt({"options": state["options"]})
    if choice not in state["options"]:
        return {"choice": None}
    return {"choice": choice}


def is_read_with_a_key_of_the_state(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    return {"value": interrupt("Fill this in.")[state["field"]]}


def is_used_in_two_ways(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    answer = interrupt("What now?")
    if state["structured"]:
        return {"name": answer["name"]}
    return {"name": answer.strip()}


def is_declared_as_one_thing_and_used_as_another(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    approved: str = interrupt("Run it?")
    if approved:
        return {"run": True}
    return {"run": False}


def names_a_node_that_is_not_written_down(state: dict[str, Any]) -> Command[Any]:
    """answer: unknown"""
    return Command(goto=interrupt("Who takes this?"))


def is_a_word_or_goes_elsewhere(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    answer = interrupt("skip, or what to do?")
    if answer == "skip":
        return {}
    return {"result": judge(answer)}


def is_lowered_for_who_knows_what(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    answer = interrupt("Sure?").lower().strip()
    return {state["key"]: answer}


def is_json_in_a_text(state: dict[str, Any]) -> dict[str, Any]:
    """answer: JSON text"""
    return {"args": json.loads(interrupt("The arguments, as JSON?"))}


def is_looked_up_in_what_the_state_has(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    prices = {name: 1 for name in state["names"]}
    return {"price": prices[interrupt("Which one?")]}


def is_compared_with_what_is_read_from_a_file(state: dict[str, Any]) -> dict[str, Any]:
    """answer: unknown"""
    with open("words.txt") as file:
        known = file.read().split()
    return {"known": interrupt("Which word?") in known}
