"""Questions whose answer's methods are called, or which are put into something that has methods."""

from typing import Any

from langgraph.types import interrupt


def pops_a_key(state: dict[str, Any]) -> Any:
    """answer: {name: text}"""
    answer = interrupt("?")
    name = answer.pop("name").strip()
    return {"name": name}


def pops_a_key_or_a_default(state: dict[str, Any]) -> Any:
    """answer: {name?: text?}"""
    answer = interrupt("?")
    return {"name": answer.pop("name", "nobody").strip()}


def sets_a_default(state: dict[str, Any]) -> Any:
    """answer: {name?: text?}"""
    answer = interrupt("?")
    return {"name": answer.setdefault("name", "nobody").strip()}


def gets_with_an_empty_object(state: dict[str, Any]) -> Any:
    """answer: {args?: {…}, ok: true | false}"""
    answer = interrupt("?")
    return {"args": answer.get("args", {}), "ok": answer["ok"] is True}


def gets_with_an_empty_list(state: dict[str, Any]) -> Any:
    """answer: {names?: [unknown, …], ok: true | false}"""
    answer = interrupt("?")
    return {"names": answer.get("names", []), "ok": answer["ok"] is True}


def gets_with_a_number(state: dict[str, Any]) -> Any:
    """answer: {count?: number}"""
    return {"n": interrupt("?").get("count", 3)}


def gets_with_a_fraction(state: dict[str, Any]) -> Any:
    """answer: {share?: number}"""
    return {"n": interrupt("?").get("share", 0.5)}


def gets_a_key_by_name(state: dict[str, Any]) -> Any:
    """answer: {count?: whole number}"""
    return {"n": int(interrupt("?").get(key="count", default=1))}


def is_upper_case(state: dict[str, Any]) -> Any:
    """answer: "YES" | … (any case)"""
    return {"go": interrupt("?").upper() == "YES"}


def is_stripped_on_one_side(state: dict[str, Any]) -> Any:
    """answer: "yes" | … (any space)"""
    return {"go": interrupt("?").rstrip() == "yes"}


def is_folded_and_stripped(state: dict[str, Any]) -> Any:
    """answer: "yes" | "ja" | … (any case and space)"""
    return {"go": interrupt("?").casefold().strip() in ("yes", "ja")}


def begins_with_one_of(state: dict[str, Any]) -> Any:
    """answer: begins with "y" | "j" | …"""
    return {"go": interrupt("?").startswith(("y", "j"))}


def ends_with(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"go": interrupt("?").endswith("!")}


def is_split(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"words": interrupt("?").split(",")}


def is_all_digits(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"go": interrupt("?").isdigit()}


def has_items(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return {"lines": [f"{key}: " + value for key, value in interrupt("?").items()]}


def has_values(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return {"total": [int(value) for value in interrupt("?").values()]}


def has_keys(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    return {"names": list(interrupt("?").keys())}


def is_copied(state: dict[str, Any]) -> Any:
    """answer: {name: text, …}"""
    answer = interrupt("?").copy()
    return {"name": answer["name"].strip()}


def is_appended_to(state: dict[str, Any]) -> Any:
    """answer: [unknown, …]"""
    answer = interrupt("?")
    answer.append("me")
    return {"names": answer}


def has_an_unknown_method(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"x": interrupt("?").transmogrify()}


def is_added_to_a_list(state: dict[str, Any]) -> Any:
    """answer: text"""
    names = []
    names.append(interrupt("?"))
    return {"first": names[0].strip()}


def extends_a_list(state: dict[str, Any]) -> Any:
    """answer: [text, …]"""
    names = ["me"]
    names.extend(interrupt("?"))
    return {"names": [name.strip() for name in names]}


def is_inserted_into_a_list(state: dict[str, Any]) -> Any:
    """answer: text"""
    names = ["me"]
    names.insert(0, interrupt("?"))
    return {"names": [name.strip() for name in names]}


def is_popped_from_a_list(state: dict[str, Any]) -> Any:
    """answer: text"""
    names = [interrupt("?")]
    return {"name": names.pop().strip()}


def is_looked_for_in_a_list(state: dict[str, Any]) -> Any:
    """answer: unknown"""
    return {"at": ["a", "b"].index(interrupt("?"))}


def is_looked_up_and_stripped(state: dict[str, Any]) -> Any:
    """answer: "a" | "b" | … (any case and space)"""
    return {"at": {"a": 1, "b": 2}.get(interrupt("?").strip().lower(), 0)}


def is_updated_into_a_dict(state: dict[str, Any]) -> Any:
    """answer: {…}"""
    args = {"a": 1}
    args.update(interrupt("?"))
    return {"args": args}


def is_updated_by_name(state: dict[str, Any]) -> Any:
    """answer: text"""
    args: dict[str, Any] = {}
    args.update(name=interrupt("?"))
    return {"name": args["name"].strip()}


def is_got_from_a_dict(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    review = {"answer": interrupt("?"), "by": "me"}
    return {"go": review.get("answer") == "yes"}


def is_among_the_values_of_a_dict(state: dict[str, Any]) -> Any:
    """
    answer: text
    answer: text
    """
    review = {"one": interrupt("?"), "two": interrupt("??")}
    return {"go": [value.strip() for value in review.values()]}


def is_among_the_items_of_a_dict(state: dict[str, Any]) -> Any:
    """answer: text"""
    review = {"one": interrupt("?")}
    return {"go": [value.strip() for key, value in review.items()]}


def is_in_a_copy_of_a_dict(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    review = {"one": interrupt("?")}.copy()
    return {"go": review["one"] == "yes"}


def is_joined(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"text": ", ".join(["you said", interrupt("?")])}


def is_formatted(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"text": "you said {}".format(interrupt("?"))}


def is_formatted_by_percent(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"text": "you said %s" % interrupt("?")}


def replaces_in_a_text(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"text": "dear NAME".replace("NAME", interrupt("?"))}


def is_compared_with_a_split_text(state: dict[str, Any]) -> Any:
    """answer: "yes" | "ja" | "oui" | …"""
    return {"go": interrupt("?") in "yes ja oui".split()}


def is_compared_with_a_lowered_text(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    return {"go": interrupt("?") == "YES".lower()}


def is_put_into_the_state(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    state["answer"] = interrupt("?")
    return {"go": state["answer"] == "yes"}


def is_put_into_the_state_by_update(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    state.update(answer=interrupt("?"))
    return {"go": state.get("answer") == "yes"}


def is_cut(state: dict[str, Any]) -> Any:
    """answer: text"""
    return {"start": interrupt("?")[:10]}
