"""Questions whose answer is given to a function of Python, LangChain or LangGraph."""

import asyncio
import copy
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional, Union, cast

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.types import Command, Send, interrupt


def has_the_method_of_an_object(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    answer = interrupt("What to change?")
    if hasattr(answer, "items"):
        return {"args": {**state["args"], **answer}}
    return {"note": answer}


def has_some_other_attribute(state: dict[str, Any]) -> Any:
    """answer: "yes" | … (any space)"""
    answer = interrupt("Yes?")
    if hasattr(answer, "strip"):
        return {"go": answer.strip() == "yes"}
    return {"go": False}


def reads_an_attribute(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    answer = interrupt("Approved?")
    return {"ok": getattr(answer, "approved", False)}


def is_listed(state: dict[str, Any]) -> Any:
    """answer: [text, …]"""
    names = list(interrupt("Who comes?"))
    return {"names": [name.strip() for name in names]}


def is_sorted(state: dict[str, Any]) -> Any:
    """answer: [text, …]"""
    return {"names": [name.strip() for name in sorted(interrupt("Who comes?"))]}


def is_counted(state: dict[str, Any]) -> Any:
    """answer: [text, …]"""
    return {"lines": [f"{at}: " + line for at, line in enumerate(interrupt("Which lines?"))]}


def is_paired(state: dict[str, Any]) -> Any:
    """answer: [whole number, …]"""
    pairs = zip(state["questions"], interrupt(state["questions"]))
    return {"scores": [int(score) for _, score in pairs]}


def is_any(state: dict[str, Any]) -> Any:
    """answer: [true | false, …]"""
    return {"go": any(interrupt("Each reviewer's vote?"))}


def is_all(state: dict[str, Any]) -> Any:
    """answer: [true | false, …]"""
    answer = interrupt("Each reviewer's vote?")
    return {"go": all(answer)}


def is_made_a_dict(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    changes = dict(interrupt("What to change?"))
    return {"args": changes}


def is_copied(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    answer = copy.deepcopy(interrupt("Fine?"))
    return {"go": answer == "yes"}


def _parsed(text: str) -> Any:
    return json.loads(text)


def is_parsed_as_json(state: dict[str, Any]) -> Any:
    """answer: JSON text"""
    return {"args": json.loads(interrupt("The arguments, as JSON?"))}


def is_parsed_as_json_if_it_is_there(state: dict[str, Any]) -> Any:
    """answer: JSON text?"""
    answer = interrupt("The arguments, as JSON? Or nothing.")
    return {"args": json.loads(answer) if answer else None}


def is_parsed_as_json_if_it_can_be(state: dict[str, Any]) -> Any:
    """answer: text"""
    answer = interrupt("The arguments, as JSON or in words?")
    try:
        return {"args": json.loads(answer)}
    except json.JSONDecodeError:
        return {"args": answer.strip()}


def is_parsed_as_json_in_a_helper_whose_errors_are_caught(state: dict[str, Any]) -> Any:
    """answer: text"""
    try:
        return {"args": _parsed(interrupt("The arguments, as JSON or in words?"))}
    except ValueError:
        return {"args": None}


def is_parsed_as_json_after_one_action(state: dict[str, Any]) -> Any:
    """answer: {action: "edit" | …, args? (with action "edit"): JSON text}"""
    answer = interrupt({"question": "Edit it?"})
    if answer["action"] == "edit":
        return {"args": json.loads(answer["args"])}
    return {"args": None}


def is_dumped_as_json(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"text": json.dumps(interrupt("Anything?"))}


def is_searched(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"digits": re.findall("[0-9]+", interrupt("Your number?"))}


def is_rounded(state: dict[str, Any]) -> Any:
    """answer: number"""
    return {"price": round(interrupt("How much?"))}


def is_made_positive(state: dict[str, Any]) -> Any:
    """answer: number"""
    return {"gap": abs(interrupt("How far?"))}


def is_its_length(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    answer = interrupt("Anything?")
    return {"length": len(answer)}


def is_a_message(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"messages": [HumanMessage(content=interrupt("Your turn."))]}


def is_a_message_by_place(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"messages": [AIMessage(interrupt("My turn."))]}


def is_repeated(state: dict[str, Any]) -> Any:
    """answer: text"""
    answer = interrupt("Fine?")
    return {"text": repr(answer)}


async def is_asked_in_a_thread(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    answer = await asyncio.to_thread(interrupt_here, "Sure?")
    return {"go": answer == "yes"}


def interrupt_here(text: str) -> Any:
    return interrupt(text)


async def is_gathered(state: dict[str, Any]) -> Any:
    """
    answer: whole number
    answer: text
    """
    one, two = await asyncio.gather(ask("How many?"), ask("Which?"))
    return {"count": int(one), "which": two.strip()}


async def ask(text: str) -> Any:
    return interrupt(text)


def updates_the_state_with_all_of_it(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return Command(update=interrupt("What to change?"), goto="next")


def goes_where_it_says(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return Command(goto=interrupt("Where to?"))


def is_sent_elsewhere(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return Command(goto=Send("worker", interrupt("What is the task?")))


def is_sent_as_a_part(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return [Send("worker", {"task": interrupt("What is the task?")})]


def is_passed_to_who_knows_what(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"result": shutil.which(interrupt("What?"))}


def raises_with_it(state: dict[str, Any]) -> Any:
    """answer: "yes" | "no" """
    answer = interrupt("yes or no?")
    if answer not in ("yes", "no"):
        raise RuntimeError(answer)
    return {"go": answer == "yes"}


def cast_to_a_pair(state: dict[str, Any]) -> Any:
    """answer: [text, whole number]"""
    return {"pair": cast(tuple[str, int], interrupt("?"))}


def cast_to_a_list(state: dict[str, Any]) -> Any:
    """answer: [text, …]"""
    return {"names": cast(list[str], interrupt("?"))}


def cast_to_optional(state: dict[str, Any]) -> Any:
    """answer: text?"""
    return {"name": cast(Optional[str], interrupt("?"))}


def cast_to_union(state: dict[str, Any]) -> Any:
    """answer: whole number or text"""
    return {"name": cast(Union[int, str], interrupt("?"))}


def cast_to_annotated(state: dict[str, Any]) -> Any:
    """answer: whole number"""
    return {"n": cast(Annotated[int, "a count"], interrupt("?"))}


def cast_to_mapping(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return {"n": cast(Mapping[str, int], interrupt("?"))}


def cast_to_any(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"n": cast(Any, interrupt("?"))}


def cast_to_nested(state: dict[str, Any]) -> Any:
    """answer: [{…}, …]"""
    return {"n": cast("list[dict[str, list[int]]]", interrupt("?"))}


def cast_to_literal_numbers(state: dict[str, Any]) -> Any:
    """answer: 1 | 2"""
    return {"n": cast(Literal[1, 2], interrupt("?"))}


def cast_to_literal_bool(state: dict[str, Any]) -> Any:
    """answer: true | false"""
    return {"n": cast(Literal[True, False], interrupt("?"))}


@dataclass
class Person:
    name: str
    age: int | None = None


def cast_to_class(state: dict[str, Any]) -> Any:
    """answer: {name: text, age?: whole number}"""
    return {"n": cast(Person, interrupt("?"))}


def cast_to_list_of_class(state: dict[str, Any]) -> Any:
    """answer: [{name: text, age?: whole number}, …]"""
    return {"n": cast(list[Person], interrupt("?"))}
