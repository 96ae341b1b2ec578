"""Answers that one node keeps in the state, and that another node or a conditional edge reads.

`with:` names the functions that are nodes of the same graph, and `edge:` those that are conditional edges,
with the ends of their path map if they have one.
"""

from typing import Any, Literal, Optional

from langchain_core.messages import HumanMessage
from langgraph.types import Command, Send, interrupt
from somewhere_else import judge  # type: ignore[import-not-found]
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    approved: bool
    age: int
    name: str
    draft: str
    note: Optional[str]
    level: Literal["low", "high"]
    anything: Any


def keeps_a_decision(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: "approve" | …
    edge: routes_by_the_decision
    """
    return {"decision": interrupt({"draft": state["draft"]})}


def routes_by_the_decision(state: dict[str, Any]) -> str:
    return "publish" if state["decision"] == "approve" else "discard"


def keeps_the_name_of_an_edge(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: "publish" | "discard"
    edge: routes_by_name publish discard
    """
    return {"choice": interrupt("publish or discard?")}


def routes_by_name(state: dict[str, Any]) -> str:
    return state["choice"]  # type: ignore[no-any-return]


def keeps_a_yes(state: dict[str, Any]) -> Command[Any]:
    """
    answer: true | false
    with: acts_on_a_yes
    """
    return Command(update={"agreed": interrupt("Fine?")}, goto="act")


def acts_on_a_yes(state: dict[str, Any]) -> dict[str, Any]:
    if not state.get("agreed"):
        return {"done": False}
    return {"done": True}


def keeps_a_yes_for_an_edge(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: true | false
    edge: routes_by_truth True False
    """
    return {"fine": interrupt("Fine?")}


def routes_by_truth(state: dict[str, Any]) -> Any:
    return state["fine"]


def keeps_words(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: text
    with: uses_words
    """
    state["words"] = interrupt("What do you think?")
    return state


def uses_words(state: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [HumanMessage(state["words"])]}


def keeps_a_part(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: {count: whole number, why?: text?}
    with: uses_the_part
    """
    answer = interrupt("How many, and why?")
    state.update({"count": answer["count"]})
    return {**state, "why": answer.get("why", "")}


def uses_the_part(state: dict[str, Any]) -> dict[str, Any]:
    return {"lines": [state["why"] for _ in range(state["count"])]}


def keeps_it_and_passes_it_on(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: "yes" | …
    with: passes_it_on, reads_what_was_passed_on
    """
    return {"raw": interrupt("?")}


def passes_it_on(state: dict[str, Any]) -> dict[str, Any]:
    return {"clean": state["raw"]}


def reads_what_was_passed_on(state: dict[str, Any]) -> dict[str, Any]:
    return {"go": state["clean"] == "yes"}


def sends_it(state: dict[str, Any]) -> Command[Any]:
    """
    answer: text
    with: gets_what_was_sent
    """
    return Command(goto=[Send("worker", {"order": interrupt("What shall I do?")})])


def gets_what_was_sent(state: dict[str, Any]) -> dict[str, Any]:
    return {"log": "Doing: " + state["order"]}


def keeps_it_where_a_bool_is_declared(state: State) -> dict[str, Any]:
    """answer: true | false"""
    return {"approved": interrupt("Do you approve?")}


def keeps_it_where_a_number_is_declared(state: State) -> dict[str, Any]:
    """answer: whole number"""
    return {"age": interrupt("How old are you?")}


def keeps_it_where_a_text_is_declared(state: State) -> dict[str, Any]:
    """answer: {edited: text}"""
    result = interrupt({"task": "Improve the draft.", "draft": state["draft"]})
    return {"draft": result["edited"]}


def keeps_it_where_a_text_or_nothing_is_declared(state: State) -> dict[str, Any]:
    """answer: text?"""
    return {"note": interrupt("A note?")}


def keeps_it_where_values_are_declared(state: State) -> Command[Any]:
    """answer: "low" | "high" """
    return Command(update={"level": interrupt("How risky?")}, goto="next")


def keeps_it_where_nothing_is_declared(state: State) -> dict[str, Any]:
    """answer: unknown"""
    return {"anything": interrupt("?")}


def adds_to_a_declared_text(state: State) -> dict[str, Any]:
    """answer: text"""
    return {"draft": state["draft"] + interrupt("How does it go on?")}


def asks_only_if_it_is_not_known_yet(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: unknown
    answer: unknown
    """
    name = interrupt("Who are you?") if not state.get("who") else state["who"]
    town = interrupt("Where from?") if not state.get("town") else state["town"]
    return {"who": name, "town": town}


def shares_its_key_with_others(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: unknown
    with: writes_the_same_key, reads_the_shared_key
    """
    return {"status": interrupt("What is the status?")}


def writes_the_same_key(state: dict[str, Any]) -> dict[str, Any]:
    return {"status": "drafted"}


def reads_the_shared_key(state: dict[str, Any]) -> dict[str, Any]:
    return {"next": state["status"] == "drafted"}


def compares_what_another_node_writes_as_well(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: {decision: "approve" | …} or "approve" | …
    with: decides_small_ones_itself
    """
    review = interrupt({"draft": state["draft"]})
    decision = review["decision"] if isinstance(review, dict) else str(review)
    if decision != "approve":
        return {"decision": decision}
    return {"decision": "approve"}


def decides_small_ones_itself(state: dict[str, Any]) -> dict[str, Any]:
    return {"decision": "approve"} if state["amount"] < 10 else {}


def shares_a_yes_with_another_node(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: "approve" | …
    with: decides_small_ones_itself
    edge: routes_by_the_decision
    """
    return {"decision": interrupt({"draft": state["draft"]})}


def shares_what_it_offers_with_another_node(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: "courier" | …
    with: sends_small_ones_by_mail
    edge: routes_by_the_carrier
    """
    return {"carrier": interrupt({"question": "How?", "carriers": ["Courier", "Mail"]})}


def sends_small_ones_by_mail(state: dict[str, Any]) -> dict[str, Any]:
    return {"carrier": "courier" if state["heavy"] else "mail"}


def routes_by_the_carrier(state: dict[str, Any]) -> str:
    return "pack" if state["carrier"] == "courier" else "stamp"


def shares_a_state_of_work_with_another_node(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: unknown
    with: has_failed
    edge: routes_by_the_state_of_work
    """
    return {"progress": interrupt("What now?")}


def has_failed(state: dict[str, Any]) -> dict[str, Any]:
    return {"progress": "failed"}


def routes_by_the_state_of_work(state: dict[str, Any]) -> str:
    return "mend" if state["progress"] == "failed" else "go_on"


def keeps_what_a_model_judges(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: unknown
    with: has_a_model_judge_it, acts_on_the_judgement
    """
    return {"mood": interrupt("How was it?")}


def has_a_model_judge_it(state: dict[str, Any]) -> dict[str, Any]:
    return {"mood": judge(state["mood"])}


def acts_on_the_judgement(state: dict[str, Any]) -> dict[str, Any]:
    return {"thanked": state["mood"] == "positive"}


def keeps_a_word_for_a_yes_that_others_write_too(state: dict[str, Any]) -> dict[str, Any]:
    """
    answer: "approve" | …
    with: has_a_model_decide, acts_on_either_decision
    """
    return {"verdict": interrupt("Publish?")}


def has_a_model_decide(state: dict[str, Any]) -> dict[str, Any]:
    return {"verdict": judge(state["draft"])}


def acts_on_either_decision(state: dict[str, Any]) -> dict[str, Any]:
    return {"published": state["verdict"] == "approve"}
