"""Questions whose answer is matched."""

from typing import Any

from langgraph.types import interrupt


def binds_the_whole(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    match interrupt("?"):
        case "yes" as word:
            return {"go": word}
        case other:
            return {"note": other.strip()}


def is_one_or_none(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    match interrupt("?"):
        case None:
            return {}
        case "yes":
            return {"go": 1}
    return {"go": 0}


def has_a_guard(state: dict[str, Any]) -> Any:
    """answer: whole number"""
    match interrupt("?"):
        case int(count) if count > 3:
            return {"count": count}
        case _:
            return {}


def is_one_of_the_types(state: dict[str, Any]) -> Any:
    """answer: text or true | false"""
    match interrupt("?"):
        case str(text):
            return {"note": text.strip()}
        case bool(flag):
            return {"go": flag}
        case _:
            raise TypeError


def has_keys_and_the_rest(state: dict[str, Any]) -> Any:
    """answer: {kind: "args" | "none" | …, …}"""
    match interrupt("?"):
        case {"kind": "args", **rest}:
            return {"args": rest}
        case {"kind": "none"}:
            return {}
    return {}


def has_keys_in_keys(state: dict[str, Any]) -> Any:
    """answer: {review: {ok: true | false, by? (with ok true): text}}"""
    match interrupt("?"):
        case {"review": {"ok": True, "by": by}}:
            return {"by": by.strip()}
        case {"review": {"ok": False}}:
            return {}
        case _:
            raise ValueError


def is_a_pair_with_a_rest(state: dict[str, Any]) -> Any:
    """answer: [unknown, …]"""
    match interrupt("?"):
        case ["go", *steps]:
            return {"steps": [step.strip() for step in steps]}
        case ["stop"]:
            return {}
    return {}


def is_one_of_two_in_a_key(state: dict[str, Any]) -> Any:
    """answer: {action: "keep" | "drop"}"""
    match interrupt("?"):
        case {"action": "keep" | "drop" as action}:
            return {"action": action}
        case _:
            raise ValueError


def goes_on_after_the_match(state: dict[str, Any]) -> Any:
    """answer: {note: text, …} or text"""
    answer = interrupt("?")
    match answer:
        case {"note": note}:
            text = note.strip()
        case str():
            text = answer
    return {"text": text}


def raises_in_every_other_case(state: dict[str, Any]) -> Any:
    """answer: "left" | "right" """
    match interrupt("?"):
        case "left":
            turn = -1
        case "right":
            turn = 1
        case _:
            raise ValueError
    return {"turn": turn}


def matches_a_pair_of_values(state: dict[str, Any]) -> Any:
    """answer: "yes" | …"""
    match interrupt("?"), state["mode"]:
        case "yes", "fast":
            return {"go": 1}
        case _:
            return {"go": 0}


def has_one_of_several_keys(state: dict[str, Any]) -> Any:
    """answer: {count?: whole number, share?: number, note?: text}"""
    match interrupt("?"):
        case {"count": int(count)}:
            return {"count": count}
        case {"share": float(share)}:
            return {"share": share}
        case {"note": note}:
            return {"note": note.strip()}
    return {}


def has_a_key_in_every_case(state: dict[str, Any]) -> Any:
    """answer: {to: text, count?: whole number, share?: number}"""
    match interrupt("?"):
        case {"to": to, "count": count}:
            return {"to": to.strip(), "count": int(count)}
        case {"to": to, "share": share}:
            return {"to": to.strip(), "share": float(share)}
    return {}
