"""The ways on which an answer gets from `interrupt` to the code that reads it."""

import asyncio
import functools
import typing
from collections.abc import Callable
from typing import Any, cast

import langgraph.types
import langgraph.types as lg
from langchain_core.messages import HumanMessage
from langgraph.func import entrypoint, task
from langgraph.graph import END
from langgraph.types import Command
from langgraph.types import interrupt as ask_a_person
from langgraph import types

question = ask_a_person


def through_an_alias(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    return {"ok": bool(ask_a_person("Fine?"))}


def through_a_module(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    return {"ok": bool(types.interrupt("Fine?"))}


def through_the_full_name(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    return {"ok": bool(langgraph.types.interrupt("Fine?"))}


def through_a_short_name(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    return {"ok": bool(lg.interrupt("Fine?"))}


def through_a_name_of_its_own(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    return {"ok": bool(question("Fine?"))}


def through_an_import_inside(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    from langgraph.types import interrupt

    return {"ok": bool(interrupt("Fine?"))}


def ask(text: str) -> Any:
    return ask_a_person({"question": text})


def returned_by_a_helper(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "yes" | …"""
    answer = ask("Shall I?")
    return {"go": answer == "yes"}


def asked_twice_through_one_helper(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: whole number
    answer: true | false
    """
    count = int(ask("How many?"))
    if ask("Really?"):
        return {"count": count}
    return {}


def judged_by_a_helper(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "yes" | "sure" | … (any case)"""
    return {"go": is_a_yes(ask_a_person("Shall I?"))}


def is_a_yes(words: str) -> bool:
    return words.lower() in {"yes", "sure"}


def typed_by_a_helper(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    return keep(ask_a_person("Which word?"))


def keep(word: str) -> dict[str, Any]:
    return {"word": word}


def named_in_between(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {comment: text}"""
    response = ask_a_person("A comment?")
    given = response
    comment = given["comment"]
    words = comment.strip()
    return {"comment": words}


def replaced_by_what_it_becomes(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "yes" | … (any case and space)"""
    answer = ask_a_person("Shall I?")
    answer = answer.strip()
    answer = answer.lower()
    return {"go": answer == "yes"}


def assigned_together(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    answer, text = ask_a_person("Send it?"), state["text"]
    return {"sent": text if answer else None}


def kept_in_a_dict(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    review = {"text": state["text"], "ok": ask_a_person("Fine?")}
    if review["ok"]:
        return {"text": review["text"]}
    return {}


def decided_in_between(state: dict[str, Any]) -> Command[Any]:
    """answer: "approve" | …"""
    approved = ask_a_person("approve?") == "approve"
    return Command(goto="run" if approved else END)


def asked_only_sometimes(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    approved = True if state["amount"] < 10 else ask_a_person("Pay?")
    return {"paid": 1 if approved else 0}


def asked_in_a_loop(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    lines = []
    for line in state["lines"]:
        lines.append("> " + ask_a_person({"line": line}))
    return {"lines": lines}


def asked_in_one_line(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "keep" | …"""
    answers = [ask_a_person({"line": line}) for line in state["lines"]]
    return {"kept": [answer == "keep" for answer in answers]}


def asked_twice(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: text
    answer: whole number
    """
    name = ask_a_person("What is your name?")
    age = ask_a_person("How old are you?")
    return {"line": f"{name}, {int(age)}"}


def asked_under_try(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    try:
        answer = ask_a_person("Fine?")
        return {"fine": 1 if answer else 0}
    finally:
        print("asked")


async def awaited(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    return {"messages": [HumanMessage(await later("Your turn."))]}


async def later(text: str) -> Any:
    await asyncio.sleep(0)
    return ask_a_person(text)


def asked_by_an_inner_function(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "yes" | …"""
    wanted = "yes"

    def sure() -> bool:
        answer: Any = ask_a_person("Sure?")
        return bool(answer == wanted)

    return {"sure": sure()}


def asked_by_a_lambda(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    sure: Callable[[], Any] = lambda: ask_a_person("Sure?")
    return {"sure": bool(sure())}


def cast_to_a_type(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    return {"count": cast(int, ask_a_person("How many?"))}


def cast_by_another_name(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text"""
    return {"name": typing.cast("str", ask_a_person("Who?"))}


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        print("called")
        return function(*args, **kwargs)

    return wrapper


@logged
def decorated(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    return {"ok": bool(ask_a_person("Fine?"))}


@logged
def sure_about(text: str) -> Any:
    return ask_a_person(text)


def asked_by_a_decorated_helper(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    return {"ok": bool(sure_about("Fine?"))}


@task
def feedback(text: str) -> Any:
    return ask_a_person(f"What about {text}?")


@entrypoint()
def asked_by_a_task(text: str) -> dict[str, Any]:
    """answer: "good" | …"""
    answer = feedback(text).result()
    return {"good": answer == "good"}


@entrypoint()
def returned_from_a_workflow(text: str) -> bool:
    """answer: true | false"""
    return ask_a_person(text)  # type: ignore[no-any-return]


def asked_by_itself_again(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    answer = ask_a_person("A number, please.")
    if isinstance(answer, int):
        return {"number": answer}
    return asked_by_itself_again(state)


class Reviewer:
    word = "approve"

    def node(self, state: dict[str, Any]) -> dict[str, Any]:
        """answer: "approve" | …"""
        return {"approved": self.judge(ask_a_person({"draft": state["draft"]}))}

    def judge(self, decision: str) -> bool:
        return decision == self.word

    def __call__(self, state: dict[str, Any]) -> dict[str, Any]:
        """answer: true | false"""
        return {"ok": bool(ask_a_person("Fine?"))}


class StrictReviewer(Reviewer):
    word = "I approve"

    def node(self, state: dict[str, Any]) -> dict[str, Any]:
        """answer: "I approve" | …"""
        return super().node(state) if state["easy"] else {"approved": self.judge(ask_a_person("Fine?"))}
