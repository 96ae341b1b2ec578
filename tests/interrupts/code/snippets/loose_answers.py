"""Code that takes whatever comes: an object or a bare value, a number in a text, one of several keys."""

from typing import Any

from langgraph.types import Command, interrupt
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    rating: int
    comment: str
    question: str
    options: list[str]
    reply: str
    verdict: str


def a_place_in_a_list(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {plan?: number, feedback?: text?}"""
    choice = interrupt({"kind": "plan", "plans": state["plans"]})
    place = choice.get("plan", 0) if isinstance(choice, dict) else 0
    remark = choice.get("feedback", "") if isinstance(choice, dict) else ""
    return {"plan": {**state["plans"][place], "remark": remark}}


def a_word_or_coordinates(state: dict[str, Any]) -> Command[Any]:
    """answer: "skip" | "done" | … (any case and space) or text"""
    choice = interrupt("done, skip or x,y").strip()
    if choice.lower() in ("skip",):
        return Command(goto="guess")
    if choice.lower() == "done":
        return Command(goto="read")
    x, y = choice.split(",")
    return Command(goto="dock", update={"x": float(x), "y": float(y)})


def one_key_with_a_default(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {choice?: text?}"""
    choice = interrupt({"message": "What now?", "options": ["new", "old", "exit"]})
    return {"input": choice.get("choice", "new")}


def an_object_or_a_boolean(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved?: true | false} or true | false"""
    decision = interrupt({"action": state["action"]})
    approved = False
    if isinstance(decision, dict):
        approved = bool(decision.get("approved", False))
    elif isinstance(decision, bool):
        approved = decision
    if not approved:
        return {"status": "rejected"}
    return {"status": "approved"}


def a_correction_or_its_word(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "approve" | … (any case) or text"""
    if state["sure"] < 0.5:
        decision = interrupt({"answer": state["answer"], "how": "Type 'approve', or a better answer."})
        if isinstance(decision, str) and decision.lower() != "approve":
            return {"answer": decision}
        return {"sure": 1.0}
    return {}


def asks_for_a_verdict(state: State) -> dict[str, Any]:
    """answer: {result: "approved" | "auto_approved" | …}
    with: after_the_verdict"""
    if state["question"] == "easy":
        return {"verdict": "auto_approved"}
    decision = interrupt({"plan": state["question"]})
    return {"verdict": decision["result"]}


def after_the_verdict(state: State) -> Command[Any]:
    return Command(goto="run" if state["verdict"] in ("approved", "auto_approved") else "stop")


def one_of_several_keys(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {url?: "skip" | "no" | "later" | … (any case and space) or begins with "http://" | "https://" | … (any space), content?: "skip" | "no" | "later" | … (any case and space) or begins with "http://" | "https://" | … (any space), …} or "skip" | "no" | "later" | … (any case and space) or begins with "http://" | "https://" | … (any space) or text?"""
    value = interrupt({"prompt": "Paste the address, or skip"})
    if isinstance(value, dict):
        url = value.get("url") or value.get("content") or ""
    else:
        url = str(value or "")
    url = url.strip()
    if url.lower() in {"skip", "no", "later", ""}:
        return {"url": None}
    if not url.startswith(("http://", "https://")):
        return {"url": None}
    return {"url": url}


def is_true_and_an_object(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved?: true | false, feedback?: text?}"""
    value = interrupt({"calls": state["calls"]})
    approved = isinstance(value, dict) and value.get("approved") is True
    feedback = None
    if isinstance(value, dict):
        given = value.get("feedback")
        if isinstance(given, str) and given.strip():
            feedback = given.strip()
    if approved:
        return {"approved": True}
    return {"why": feedback or "nobody agreed"}


def _read(value: Any, task: str) -> tuple[bool, str]:
    if isinstance(value, bool):
        return value, "a bare answer"
    if isinstance(value, dict):
        return bool(value.get("approved", False)), str(value.get("reason", f"about {task}"))
    return False, f"cannot read {value!r}"


def read_by_a_helper(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved?: true | false, reason?: text} or true | false"""
    value = interrupt({"task": state["task"]})
    approved, reason = _read(value, state["task"])
    return {"status": "run" if approved else "stop", "reason": reason}


def keys_in_a_loop(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {option_id?: whole number or text, selected?: whole number or text}"""
    value = interrupt({"options": state["options"]})
    for key in ("option_id", "selected"):
        found = value.get(key)
        if isinstance(found, int):
            return {"option": found}
        if isinstance(found, str) and found.isdigit():
            return {"option": int(found)}
    return {"option": None}


def a_key_or_a_word(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved?: true | false} or "approve" | …"""
    value = interrupt({"plan": state["plan"]})
    approved = value.get("approved") if isinstance(value, dict) else value == "approve"
    if approved:
        return {"next": "run"}
    return {"next": "plan"}


def the_number_of_a_slot(state: dict[str, Any]) -> dict[str, Any]:
    """answer: whole number"""
    choice = interrupt({"slots": state["slots"], "message": "A number, please"})
    try:
        place = int(choice) - 1
        if 0 <= place < len(state["slots"]):
            return {"slot": state["slots"][place]}
        return {"message": "no such slot"}
    except (ValueError, TypeError):
        return {"message": "not a number"}


def ids_or_an_object_of_ids(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {ids?: [text, …]} or [text, …]"""
    picked = interrupt({"ideas": state["ideas"]})
    if isinstance(picked, dict):
        ids = picked.get("ids", [])
    else:
        ids = picked
    if not isinstance(ids, list):
        raise ValueError("ids have to be a list")
    return {"ids": [str(each) for each in ids]}


def one_of_two_actions(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {action: "cancel" | "select", code?: text?}"""
    picked = interrupt({"question": "Which job?", "options": state["jobs"], "actions": ["select", "cancel"]})
    if not isinstance(picked, dict):
        raise ValueError("an object, please")
    if picked.get("action") == "cancel":
        return {"status": "cancelled"}
    if picked.get("action") != "select":
        raise ValueError("select or cancel")
    code = str(picked.get("code") or "").strip()
    return {"status": f"took {code}"}


def a_topic_or_its_object(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {topic: unknown} or text"""
    picked = interrupt({"message": "Which topic?", "options": state["topics"]})
    topic = picked["topic"] if isinstance(picked, dict) else str(picked)
    return {"topic": topic}


def an_object_that_has_to_have_a_key(state: dict[str, Any]) -> dict[str, Any]:
    """answer: {approved: true | false, feedback?: text?}"""
    review = interrupt({"article": state["article"]})
    if not isinstance(review, dict) or "approved" not in review:
        raise ValueError("approved, please")
    if review["approved"]:
        return {"status": "out"}
    return {"status": "back", "notes": [review.get("feedback", "")]}


def an_answer_for_each_question(state: dict[str, Any]) -> dict[str, Any]:
    """answer: [text, …]"""
    answers: list[str] = interrupt(state["questions"])
    lines = [f"{question}: {answer}" for question, answer in zip(state["questions"], answers, strict=False)]
    return {"lines": lines}


def numbers_between_commas(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "q" | "quit" | "all" | … (any case and space) or text"""
    picked = interrupt("numbers, all or q")
    chosen: list[int] = []
    if isinstance(picked, str):
        word = picked.strip().lower()
        if word in ("q", "quit"):
            return {"chosen": None}
        elif word == "all":
            chosen = state["models"]
        else:
            for part in [each.strip() for each in word.split(",")]:
                if part.isdigit():
                    chosen.append(int(part))
    return {"chosen": chosen}


def a_state_that_is_changed(state: State) -> State:
    """answer: text"""
    answer = interrupt({"prompt": state["question"]})
    state["reply"] = answer
    return state


def words_instead_of_an_approval(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "approve" | … (any case and space) or text"""
    reply = interrupt({"draft": state["draft"]})
    if reply.strip().lower() == "approve":
        return {"ready": True}
    return {"ready": False, "reason": reply}


def the_decision_is_kept(state: dict[str, Any]) -> dict[str, Any]:
    """answer: "approve" | …"""
    decision = interrupt({"draft": state["draft"]})
    if decision == "approve":
        return {"decision": "approved"}
    return {"decision": decision}


def a_number_words_or_both(state: State) -> dict[str, Any]:
    """answer: {rating: whole number, comment?: text, …} or whole number or text"""
    reply = interrupt({"rate": state["question"]})
    match reply:
        case {"rating": int(rating), "comment": str(comment)}:
            return {"rating": rating, "comment": comment}
        case {"rating": int(rating)}:
            return {"rating": rating}
        case int(rating) if 1 <= rating <= 5:
            return {"rating": rating}
        case str(words) if words.isdigit():
            return {"rating": int(words)}
        case _:
            return {"comment": f"cannot read {reply!r}"}
