"""Questions whose answer is read on one path and not on another, and put together with other things."""

from typing import Any

from langgraph.types import Command, interrupt


def is_the_same_kind_by_type(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    answer = interrupt("?")
    if type(answer) is dict:
        return {"args": answer}
    raise TypeError(answer)


def is_not_of_a_type(state: dict[str, Any]) -> Any:
    """answer: text"""
    answer = interrupt("?")
    if type(answer) is not str:
        raise TypeError(answer)
    return {"note": answer}


def is_less_than_a_word(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"first": interrupt("?") < "m"}


def is_not_among_some(state: dict[str, Any]) -> Any:
    """answer: "yes" | "no" """
    answer = interrupt("?")
    if answer not in ("yes", "no"):
        raise ValueError(answer)
    return {"go": answer == "yes"}


def is_among_the_keys_of_a_dict(state: dict[str, Any]) -> Any:
    """answer: "yes" | "ja" | …"""
    return {"go": interrupt("?") in {"yes": 1, "ja": 2}}


def is_among_what_the_state_has(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"go": interrupt("?") in state["names"]}


def is_equal_to_what_the_state_has(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"go": interrupt("?") == state["name"]}


def is_none(state: dict[str, Any]) -> Any:
    """answer: text"""
    answer = interrupt("?")
    if answer is None:
        return {}
    return {"note": answer.strip()}


def is_one_and_not_another(state: dict[str, Any]) -> Any:
    """answer: "no" | "never" | …"""
    answer = interrupt("?")
    if answer != "no" and answer != "never":
        return {"go": 1}
    return {"go": 0}


def is_one_or_another(state: dict[str, Any]) -> Any:
    """answer: "a" | "b" """
    answer = interrupt("?")
    if answer == "a" or answer == "b":
        return {"go": answer}
    raise ValueError(answer)


def is_neither(state: dict[str, Any]) -> Any:
    """answer: "a" | "b" """
    answer = interrupt("?")
    if not (answer == "a" or answer == "b"):
        raise ValueError(answer)
    return {"go": answer}


def needs_a_reason_for_one_of_two(state: dict[str, Any]) -> Any:
    """answer: {action: "edit" | "redo" | …, how? (with action "edit", with action "redo"): text}"""
    answer = interrupt("?")
    if answer["action"] == "edit" or answer["action"] == "redo":
        return {"how": answer["how"].strip()}
    return {}


def has_a_key_that_is_looked_for(state: dict[str, Any]) -> Any:
    """answer: {note?: text}"""
    answer = interrupt("?")
    if "note" not in answer:
        return {}
    return {"note": answer["note"].strip()}


def has_a_key_whose_truth_is_tested(state: dict[str, Any]) -> Any:
    """answer: {note?: text?}"""
    answer = interrupt("?")
    if answer.get("note"):
        return {"note": answer["note"].strip()}
    return {}


def reads_every_key_that_it_needs(state: dict[str, Any]) -> Any:
    """answer: {to: text, amount: number}"""
    answer = interrupt("?")
    missing = [key for key in ("to", "amount") if key not in answer]
    if missing:
        raise ValueError(missing)
    return {"to": answer["to"].strip(), "amount": float(answer["amount"])}


def reads_a_key_by_a_name_of_its_own(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"value": interrupt("?")[state["key"]]}


def is_gone_through_by_key(state: dict[str, Any]) -> Any:
    """answer: {a: unknown, b: unknown}"""
    answer = interrupt("?")
    return {"all": [answer[name] for name in ("a", "b")]}


def is_spread_into_a_dict(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return {**state["args"], **interrupt("?")}


def is_merged_into_a_dict(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return {"args": {"a": 1} | interrupt("?")}


def is_added_to_a_text_twice(state: dict[str, Any]) -> Any:
    """answer: text"""
    text = "said: "
    text += interrupt("?")
    return {"text": text}


def is_added_to_a_number(state: dict[str, Any]) -> Any:
    """answer: number"""
    total = 0
    total += interrupt("?")
    return {"total": total}


def is_multiplied(state: dict[str, Any]) -> Any:
    """answer: number"""
    return {"total": 3 * interrupt("?")}


def is_subtracted_from_the_states(state: dict[str, Any]) -> Any:
    """answer: number"""
    return {"left": state["total"] - interrupt("?")}


def is_added_to_the_states(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"left": state["total"] + interrupt("?")}


def is_negated(state: dict[str, Any]) -> Any:
    """answer: number"""
    return {"left": -interrupt("?")}


def is_a_default_of_a_number(state: dict[str, Any]) -> Any:
    """answer: number"""
    return {"count": interrupt("?") or 3}


def is_a_default_of_an_object(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return {"args": interrupt("?") or {}}


def is_chosen_in_line(state: dict[str, Any]) -> Any:
    """answer: {note: text} or text"""
    answer = interrupt("?")
    return {"note": answer.strip() if isinstance(answer, str) else answer["note"].strip()}


def is_a_words_message(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"messages": [{"role": "user", "content": interrupt("?")}]}


def is_a_pairs_message(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"messages": [("user", interrupt("?"))]}


def is_a_tool_calls_arguments(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return {"call": {"name": "send", "args": interrupt("?"), "id": "1"}}


def is_a_text_in_the_messages(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"messages": interrupt("?")}


def is_unpacked_in_three(state: dict[str, Any]) -> Any:
    """answer: [text, whole number, true | false]"""
    one, two, three = interrupt("?")
    return {"one": one.strip(), "two": int(two), "three": bool(three)}


def is_unpacked_in_pairs(state: dict[str, Any]) -> Any:
    """answer: [[text, whole number], true | false]"""
    (one, two), three = interrupt("?")
    return {"one": one.strip(), "two": int(two), "three": bool(three)}


def is_counted_down(state: dict[str, Any]) -> Any:
    """answer: true | false"""
    tries = 3
    while tries:
        answer = interrupt("?")
        if isinstance(answer, bool):
            return {"go": answer}
        tries -= 1
    return {"go": False}


def goes_on_in_else(state: dict[str, Any]) -> Any:
    """answer: "a" | "b" | …"""
    for _ in range(3):
        answer = interrupt("?")
        if answer in ("a", "b"):
            break
    else:
        raise ValueError("three times")
    return {"which": answer}


def skips_what_is_empty(state: dict[str, Any]) -> Any:
    """answer: text?"""
    notes = []
    for line in state["lines"]:
        answer = interrupt(line)
        if not answer:
            continue
        notes.append(answer.strip())
    return {"notes": notes}


def catches_what_is_no_number(state: dict[str, Any]) -> Any:
    """answer: whole number"""
    answer = interrupt("?")
    try:
        return {"count": int(answer)}
    except ValueError:
        return {"count": 0}


def catches_what_has_no_key(state: dict[str, Any]) -> Any:
    """answer: {note?: text}"""
    answer = interrupt("?")
    try:
        note = answer["note"].strip()
    except (KeyError, TypeError):
        note = ""
    return {"note": note}


def is_used_in_finally(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    answer = interrupt("?")
    try:
        go = answer == "yes"
    finally:
        print(answer)
    return {"go": go}


def is_asserted_to_be_one(state: dict[str, Any]) -> Any:
    """answer: "a" | "b" """
    answer = interrupt("?")
    assert answer in ("a", "b")
    return {"which": answer}


def is_asserted_to_be_a_text(state: dict[str, Any]) -> Any:
    """answer: text"""
    answer = interrupt("?")
    assert isinstance(answer, str)
    return {"which": answer}


def returns_all_of_it(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return interrupt("?")


def returns_a_flag_of_its_own_name(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"approved": interrupt("?")}


def gives_all_of_it_by_name(state: dict[str, Any]) -> Any:
    """answer: {…}"""

    def send(to: Any, amount: Any = 1) -> Any:
        return f"{to.strip()}: {int(amount)}"

    return {"sent": send(**interrupt("?"))}


def gives_it_to_a_function_of_any_arguments(state: dict[str, Any]) -> Any:
    """
    answer: text
    answer: number
    """

    def send(*parts: Any, **named: Any) -> Any:
        return parts[0].strip(), named["amount"] + 1

    return {"sent": send(interrupt("?"), amount=interrupt("??"))}


def is_deep_inside(state: dict[str, Any]) -> Any:
    """answer: {to: {address: {lines: [text]}}}"""
    answer = interrupt("?")
    return {"street": answer["to"]["address"]["lines"][0].strip()}


def means_two_things_in_its_parts(state: dict[str, Any]) -> Any:
    """answer: {kind: "text" | "number", value? (with kind "text", with kind "number"): text or whole number}"""
    answer = interrupt("?")
    if answer["kind"] == "text":
        return {"value": answer["value"].strip()}
    if answer["kind"] == "number":
        return {"value": int(answer["value"])}
    raise ValueError(answer)


def is_tested_and_then_compared(state: dict[str, Any]) -> Any:
    """answer: "later" | … or text?"""
    answer = interrupt("?")
    if not answer:
        return {}
    if answer == "later":
        return Command(goto="wait")
    return {"note": answer}


def is_the_opposite(state: dict[str, Any]) -> Any:
    """answer: true | false"""
    return {"stop": not interrupt("?")}


def is_a_new_text_if_it_is_one_and_else_a_yes(state: dict[str, Any]) -> Any:
    """answer: text? or true | false"""
    decision = interrupt({"question": "Approve?", "suggestion": state["suggestion"]})
    if isinstance(decision, str) and decision.strip():
        return {"suggestion": decision.strip()}
    if decision:
        return {"suggestion": state["suggestion"]}
    return {"suggestion": None}


def is_any_text_and_else_a_yes(state: dict[str, Any]) -> Any:
    """answer: text or true | false"""
    decision = interrupt({"question": "Approve?", "suggestion": state["suggestion"]})
    if isinstance(decision, str):
        return {"suggestion": decision.strip()}
    if decision:
        return {"suggestion": state["suggestion"]}
    return {"suggestion": None}


def is_an_object_that_has_something_and_else_a_yes(state: dict[str, Any]) -> Any:
    """answer: {…} or true | false"""
    decision = interrupt({"question": "Approve?", "args": state["args"]})
    if isinstance(decision, dict) and decision:
        return {"args": {**decision}}
    if decision:
        return {"args": state["args"]}
    return {"args": None}


def has_a_part_that_every_branch_reads(state: dict[str, Any]) -> Any:
    """answer: {type: "say" | …, args: text or {note: text}}"""
    answer = interrupt("?")
    if answer["type"] == "say":
        return {"out": answer["args"].strip()}
    return {"out": answer["args"]["note"].strip()}


def has_a_part_that_all_but_one_branch_reads(state: dict[str, Any]) -> Any:
    """answer: {type: "say" | "skip" | …, note? (unless type "skip"): text}"""
    answer = interrupt("?")
    if answer["type"] == "say":
        return {"out": answer["note"].strip()}
    if answer["type"] == "skip":
        return {}
    return {"out": f"say: {answer['note'].strip()}"}
