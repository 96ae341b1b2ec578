"""Answers that are read by their keys, in the ways of public repositories."""

from typing import Any

from cases import Case, kept, only, ran  # type: ignore[import-not-found]
from langgraph.types import interrupt


# A decision that is a rejection unless it says something else, with a justification.
def shipment(state: Case) -> Any:
    heard = interrupt(
        {"message": "This shipment was flagged.", "cargo": state["text"], "overall_risk": "YELLOW"}
    )
    decision = heard.get("decision", "reject")
    why = heard.get("justification", "none given")
    return ran(why=why) if decision == "approve" else kept(why=why)


# A memo whose instructions say in words which object is wanted.
def memo(state: Case) -> Any:
    heard = interrupt({"memo": state["text"], "instructions": "Say approve, revise or reject, and notes."})
    action = heard.get("action", "reject")
    if action == "approve":
        return ran()
    if action == "revise":
        return kept(notes=heard.get("notes", "changes were asked for"))
    return kept()


# What is no object is taken for nothing, and the word is lowered.
def confirmed_plan(state: Case) -> Any:
    heard = interrupt({"type": "plan_review", "plan": [state["text"]], "version": 1})
    action = str(heard.get("action") if isinstance(heard, dict) else "").lower()
    feedback = str(heard.get("feedback") if isinstance(heard, dict) else "").strip()
    return ran() if action == "confirm" else kept(feedback=feedback)


# Approved or not, and a reason that belongs to the rejection.
def outreach(state: Case) -> Any:
    heard = interrupt({"brand": "Acme", "email_draft": state["text"], "score": {"total": 71}})
    approved, reason = heard.get("approved", False), heard.get("rejection_reason", "")
    return ran() if approved else kept(reason=reason)


# What is no object is replaced by an empty one.
def itinerary(state: Case) -> Any:
    heard = interrupt({"question": "Do you approve this itinerary?", "draft_itinerary": state["text"]})
    heard = heard if isinstance(heard, dict) else {}
    approved = bool(heard.get("approved", False))
    return ran() if approved else kept(feedback=str(heard.get("feedback", "")))


# The key has to be there.
def report(state: Case) -> Any:
    heard = interrupt({"reason": "report_review_required", "accepted": 3, "about": state["text"]})
    approved = heard.get("approved")
    if approved is None:
        raise ValueError("approved is required")
    return ran() if approved else kept()


# Only exactly true counts; what is not right is corrected.
def identity(state: Case) -> Any:
    heard = interrupt({"question": "Is this correct?", "name": state["text"], "birthday": "1990-01-01"})
    if heard.get("correct") is True:
        return ran(name=state["text"])
    return kept(name=heard.get("name", state["text"]), birthday=heard.get("birthday", "1990-01-01"))


# The default is to approve: an empty object would, so a no has to be said.
def chapter(state: Case) -> Any:
    heard = interrupt({"type": "chapter_review", "content": {"draft_preview": state["text"]}})
    action = heard.get("action", "approve")
    feedback = heard.get("feedback", "").strip()
    return ran() if action == "approve" else kept(action=action, feedback=feedback)


# One of two keys.
def ticker(state: Case) -> Any:
    heard = interrupt({"candidates": ["GOOG", "GOOGL"], "reason": f"Which {state['text']}?"})
    symbol = heard.get("selected_symbol") or heard.get("ticker")
    return ran(symbol=symbol) if symbol else kept()


# One key that has to be there, in an object without a question.
def customer(state: Case) -> Any:
    heard = interrupt({"message": "Customer ID needed", "request": f"Whose is {state['text']}?"})
    return ran(customer=heard["customer_id"])


# Only an object counts, and only exactly true in it; feedback only where it is a text.
def tool_calls(state: Case) -> Any:
    heard = interrupt(
        {"type": "tool_approval_request", "tool_calls": [{"name": "pay", "arguments": {"to": state["text"]}}]}
    )
    approved = isinstance(heard, dict) and heard.get("approved") is True
    feedback = None
    if isinstance(heard, dict):
        given = heard.get("feedback")
        if isinstance(given, str) and given.strip():
            feedback = given.strip()
    return ran() if approved else kept(feedback=feedback)


# An object, or a word.
def team_plan(state: Case) -> Any:
    heard = interrupt({"type": "plan_approval_request", "feature": state["text"], "plan_paths": []})
    approved = heard.get("approved") if isinstance(heard, dict) else heard == "approve"
    return ran() if approved else kept()


# Nothing but a false in an object stops it.
def exam_question(state: Case) -> Any:
    heard = interrupt(
        {
            "question": state["text"],
            "category": "general",
            "type": "question_approval",
            "prompt": "Does it fit?",
        }
    )
    if isinstance(heard, dict) and heard.get("approved") is False:
        return kept()
    return ran()


# Two keys that have to be there; the second may be empty.
def reservation(state: Case) -> Any:
    heard = interrupt(f"Do you approve this reservation of {state['text']}? Say why, if you do not.")
    said = f"was {heard['decision']}" + (f", {heard['reason']}" if heard["reason"] else "")
    return ran(said=said) if heard["decision"] == "approved" else kept(said=said)


# A list of decisions of which the first counts, under one of two keys.
def page_update(state: Case) -> Any:
    heard = interrupt(
        {
            "type": "page_update",
            "action": {"tool": "update_page", "params": {"title": state["text"]}},
            "context": {},
        }
    )
    decisions = heard.get("decisions", [])
    if not decisions:
        return kept(error="no decision")
    kind = decisions[0].get("type") or decisions[0].get("decision_type")
    return kept() if kind == "reject" else ran(kind=kind)


# Anything but one word is a no.
def large_transfer(state: Case) -> Any:
    heard = interrupt({"type": "approval_required", "amount": 5000, "recipient": state["text"]})
    if heard.get("decision") != "approve":
        return kept()
    return ran()


# Options in the payload, which are read under a key.
def plan_step(state: Case) -> Any:
    heard = interrupt(
        {
            "type": "step_approval",
            "message": "Next:",
            "step": state["text"],
            "options": ["continue", "skip", "abort", "modify"],
        }
    )
    if heard.get("action") == "abort":
        return kept(action="abort")
    if heard.get("action") == "skip":
        return kept(action="skip")
    if heard.get("action") == "modify":
        return ran(step=heard.get("modified_step", state["text"]))
    return ran(step=state["text"])


shipment, memo, confirmed_plan, outreach = only(shipment), only(memo), only(confirmed_plan), only(outreach)
itinerary, report, identity, chapter = only(itinerary), only(report), only(identity), only(chapter)
ticker, customer, tool_calls, team_plan = only(ticker), only(customer), only(tool_calls), only(team_plan)
exam_question, reservation, page_update = only(exam_question), only(reservation), only(page_update)
large_transfer, plan_step = only(large_transfer), only(plan_step)
