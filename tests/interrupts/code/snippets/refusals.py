"""Code that takes some kinds of answers, and raises or asks again at every other one."""

from typing import Any

from langgraph.types import Command, interrupt


def a_yes_or_words_by_truth(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text or true"""
    verdict = interrupt("Fine?")
    if isinstance(verdict, bool) and verdict:
        return {"done": True}
    if isinstance(verdict, str):
        return {"comments": [verdict]}
    raise TypeError("a yes or words")


def a_yes_or_words_by_pattern(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text or true"""
    verdict = interrupt("Fine?")
    match verdict:
        case True:
            return {"done": True}
        case str():
            return {"comments": "They said: " + verdict}
        case _:
            raise TypeError("a yes or words")


def a_yes_or_words_asked_again(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text or true"""
    while True:
        verdict = interrupt("Fine?")
        if isinstance(verdict, bool) and verdict is True:
            return {"done": True}
        if isinstance(verdict, str):
            return {"comments": ["They said: " + verdict]}
        continue


def a_no_or_values(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {city: text} or false"""
    answer = interrupt("Where to? false for nowhere.")
    if answer is False:
        return {"city": None}
    if not isinstance(answer, dict):
        raise ValueError("no address")
    return {"city": "in " + answer["city"]}


def behind_a_way_out(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text or true"""
    if state.get("automatic"):
        return {"done": True}
    verdict = interrupt("Fine?")
    if verdict is True:
        return {"done": True}
    elif isinstance(verdict, str):
        return {"comments": ["They said: " + verdict]}
    raise TypeError("a yes or words")


def only_in_one_mode(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text or true | false"""
    verdict = interrupt("Fine?")
    if verdict is True:
        return {"done": True}
    if isinstance(verdict, str):
        return {"comments": ["They said: " + verdict]}
    if state["strict"]:
        raise TypeError("a yes or words")
    return {"done": False}


def a_no_means_to_raise(state: dict[str, Any]) -> dict[str, Any]:
    """answer: true | false"""
    approved = interrupt("Deploy?")
    if not approved:
        raise PermissionError("nobody agreed")
    return {"deployed": True}


def a_text_is_refused(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {city: text}"""
    answer = interrupt({"form": ["city"]})
    if isinstance(answer, str):
        raise TypeError("fill in the form")
    return {"city": "in " + answer["city"]}


def a_word_of_which_the_kind_is_tested(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {amount: number} or "all" (any case)"""
    answer = interrupt("How much?")
    if isinstance(answer, str) and answer.lower() == "all":
        return {"amount": state["total"]}
    if isinstance(answer, dict):
        return {"amount": float(answer["amount"])}
    raise ValueError("all, or an amount")


def a_word_or_nothing_else(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "go" | …"""
    answer = interrupt("Type go")
    if not isinstance(answer, str) or answer != "go":
        raise ValueError("go")
    return {"going": True}


def a_word_that_is_there(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "go" | "stay" """
    answer = interrupt("go or stay")
    if answer is not None and answer == "go":
        return {"going": True}
    if answer and answer == "stay":
        return {"going": False}
    raise ValueError("go or stay")


def a_type_in_an_object_that_is_tested(state: dict[str, Any]) -> Command[Any]:
    """answer: {type: "accept" | "edit", city? (with type "edit"): text}"""
    answer = interrupt({"city": state["city"]})
    if isinstance(answer, dict) and answer.get("type") == "accept":
        return Command(goto="book")
    if isinstance(answer, dict) and "type" in answer and answer["type"] == "edit":
        return Command(goto="book", update={"city": "in " + answer["city"]})
    raise ValueError("accept or edit")


def a_number_or_a_yes(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number or true"""
    answer = interrupt("How many? true for all")
    if answer is True:
        return {"count": state["total"]}
    if isinstance(answer, int) and not isinstance(answer, bool):
        return {"count": answer}
    raise ValueError("a number")


def it_has_to_be_one_of_two(state: dict[str, Any]) -> dict[str, Any]:
    """answer: text or true | false"""
    answer = interrupt("Fine?")
    assert isinstance(answer, str | bool)
    if isinstance(answer, bool):
        return {"done": answer}
    return {"comments": ["They said: " + answer]}


def _one_of_three(question: str) -> str:
    verdict = interrupt({"msg": question})
    if verdict not in ("pay", "hold", "refuse"):
        raise ValueError(f"not {verdict!r}")
    return str(verdict)


def is_shown_where_it_is_one_of_the_others(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "pay" | "hold" | "refuse" """
    verdict = _one_of_three("Pay?")
    if verdict != "pay":
        return {"state": f"{verdict} at first"}
    return {"state": "paid"}


def is_caught_and_means_a_no(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "approve" | …"""
    try:
        if interrupt("Ship it?") != "approve":
            raise PermissionError("not now")
    except PermissionError:
        return {"shipped": False}
    return {"shipped": True}


def is_caught_and_raised_again(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "ship" | "hold" """
    try:
        decision = interrupt("ship or hold")
        if decision not in ("ship", "hold"):
            raise ValueError(decision)
    except ValueError as error:
        raise RuntimeError("no such decision") from error
    return {"shipped": decision == "ship"}


def is_caught_and_asked_again(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "ship" | "hold" """
    while True:
        try:
            decision = interrupt("ship or hold")
            if decision not in ("ship", "hold"):
                raise ValueError(decision)
            break
        except ValueError:
            continue
    return {"shipped": decision == "ship"}


def is_raised_past_a_handler_for_something_else(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {decision: "ship" | "hold"}"""
    answer = interrupt({"order": state["order"]})
    try:
        decision = answer["decision"]
        if decision not in ("ship", "hold"):
            raise ValueError(decision)
    except ZeroDivisionError:
        return {}
    return {"shipped": decision == "ship"}


def _checked(decision: object) -> object:
    if decision not in ("ship", "hold"):
        raise ValueError(decision)
    return decision


def is_raised_in_a_function_and_caught_around_it(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "ship" | "hold" | …"""
    try:
        decision = _checked(interrupt("ship or hold"))
    except ValueError:
        return {"shipped": False}
    return {"shipped": decision == "ship"}


def a_yes_is_no_number(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    while True:
        seats = interrupt("How many seats?")
        try:
            if isinstance(seats, bool):
                raise TypeError("a number, please")
            seats = int(seats)
        except (TypeError, ValueError):
            continue
        return {"seats": seats}


def refuses_a_missing_key_by_its_none(state: dict[str, Any]) -> Any:
    """answer: {approved: true | false}"""
    approved = interrupt("?").get("approved")
    if approved is None:
        raise ValueError("approved is missing")
    return {"status": "approved" if approved else "rejected"}


def refuses_a_missing_key_among_other_values(state: dict[str, Any]) -> Any:
    """answer: {action: "pay" | "hold"}"""
    answer = interrupt("?")
    if answer.get("action") not in ("pay", "hold"):
        raise ValueError(answer)
    return {"pay": answer["action"] == "pay"}


def refuses_an_empty_key(state: dict[str, Any]) -> Any:
    """answer: {note: text}"""
    answer = interrupt("?")
    if not answer.get("note"):
        raise ValueError(answer)
    return {"note": answer["note"].strip()}


def takes_a_default_for_a_missing_key_and_refuses_none(state: dict[str, Any]) -> Any:
    """answer: {note?: text?}"""
    note = interrupt("?").get("note", "none")
    if note is None:
        raise ValueError(note)
    return {"note": note.strip()}
