"""Questions as public repositories and reports ask them, in code of our own of the same kind."""

from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import END
from langgraph.types import Command, interrupt


def _questions(payload: dict[str, Any]) -> list[str]:
    raw = payload.get("questions", [])
    if not isinstance(raw, list):
        return []
    return [q.strip() for q in raw if isinstance(q, str) and q.strip()][:7]


def approves_some_files(state: dict[str, Any]) -> Any:
    """answer: {approved?: [unknown, …]}"""
    decision = interrupt({"type": "review", "diffs": state["diffs"]})
    approved = decision.get("approved", []) if isinstance(decision, dict) else []
    return {"approved_files": approved}


def is_a_new_plan_or_goes_on_with_the_old_one(state: dict[str, Any]) -> Any:
    """answer: [{id?: text?, title?: text?, risky?: true | false}, …]"""
    value: Any = interrupt({"type": "plan_review", "plan": state["plan"]})
    if isinstance(value, list):
        plan = [
            {"id": s.get("id", "x"), "title": s.get("title", ""), "risky": bool(s.get("risky", False))}
            for s in value
        ]
        return {"plan": plan, "phase": "executing"}
    return {"phase": "executing"}


def is_edited_in_a_loop_of_a_tool(state: dict[str, Any]) -> Any:
    """answer: {action?: "approve" | "edit" | …, hotel?: unknown, travelers?: number, reason?: text?}"""
    hotel = "Hyatt"
    price = 5
    while True:
        d = interrupt(
            {
                "action": "confirm_booking",
                "details": {"hotel": hotel, "price": price},
                "message": "go? (approve/edit/reject)",
            }
        )
        action = d.get("action")
        if action == "approve":
            return {"result": "ok", "hotel": hotel}
        elif action == "edit":
            if "hotel" in d:
                hotel = d["hotel"]
                price += 5
            if "travelers" in d:
                price = d["travelers"] * 3
            continue
        else:
            return {"result": "cancelled", "msg": d.get("reason", "none")}


def is_a_decision_that_is_only_kept(state: dict[str, Any]) -> Any:
    """answer: {decision?: unknown, feedback?: text?}"""
    decision = interrupt(
        {"gate": 1, "kind": "consent", "message": "Articles are ready, approve to start tagging."}
    )
    return {"gate1_decision": decision.get("decision"), "gate1_feedback": decision.get("feedback", "")}


def is_what_the_operator_said(state: dict[str, Any]) -> Any:
    """answer: text"""
    user_response = interrupt({"type": "human_intervention", "question": state["q"], "priority": "high"})
    return f"Human operator responded: {user_response}"


def names_the_way_on_in_its_words(state: dict[str, Any]) -> Any:
    """answer: contains "restart" | "report" | …"""
    r = interrupt(
        {
            "message": "how to go on?",
            "options": ["force decision", "restart analysis", "report now"],
            "is_blocking": True,
        }
    )
    s = str(r)
    if "restart" in s:
        return {"again": True}
    if "report" in s:
        return {"again": False}
    return {"forced": True}


def answers_questions_in_an_object_or_in_words(state: dict[str, Any]) -> Any:
    """answer: {answers?: text?} or text"""
    r = interrupt({"type": "clarify", "questions": state["questions"]})
    return {"answers": r.get("answers", "") if isinstance(r, dict) else str(r), "phase": "proposer"}


def is_an_approval_with_feedback_or_nothing(state: dict[str, Any]) -> Any:
    """answer: {approved?: true | false, feedback?: text?}"""
    feedback = interrupt(
        {
            "question": "Do you approve this itinerary?",
            "draft": state["d"],
            "expected_response": {"approved": True, "feedback": "Optional"},
        }
    )
    feedback = feedback if isinstance(feedback, dict) else {}
    approved = bool(feedback.get("approved", False))
    note = str(feedback.get("feedback", ""))
    return {"approved": approved, "note": note}


def is_done_or_feedback(state: dict[str, Any]) -> Any:
    """answer: "done" | "d" | … (any case)"""
    f = interrupt({"generated_post": state["post"], "message": "provide feedback or type done to finish"})
    if f.lower() in ["done", "d"]:
        return Command(update={"human_feedback": state["hf"] + ["finalised"]}, goto=END)
    return Command(update={"human_feedback": state["hf"] + [f]}, goto="model")


def begins_with_a_verb_and_a_colon(state: dict[str, Any]) -> Any:
    """answer: text"""
    f = interrupt(
        {"doc": 1, "prompt": "Respond: 'approve: <notes>' | 'reject: <notes>' | 'escalate: <notes>'"}
    )
    text = str(f).strip()
    action, _, notes = text.partition(":")
    action = action.strip().lower()
    names = {"approve": "approved", "reject": "rejected", "escalate": "escalated"}
    return {
        "notes": notes.strip(),
        "legal": action == "escalate",
        "status": names.get(action, "pending_review"),
    }


def cancels_with_a_reason(state: dict[str, Any]) -> Any:
    """answer: {approved?: true | false, reason?: text?}"""
    a = interrupt({"action": "transfer_money", "amount": 5, "message": "Approve transfer?"})
    if a.get("approved"):
        return "done"
    return f"cancelled: {a.get('reason', 'Not approved')}"


def stops_for_nothing_but_a_false_in_an_object(state: dict[str, Any]) -> Any:
    """answer: {approved?: true | false}"""
    a = interrupt({"question": "q", "category": "c", "type": "t", "prompt": "Is it ok?"})
    if isinstance(a, dict) and a.get("approved") is False:
        return {"again": 1}
    return {"again": 0}


def is_a_decision_with_a_comment_that_may_be_empty(state: dict[str, Any]) -> Any:
    """answer: {decision: "approved" | …, reason: text?}"""
    a = interrupt("Do you approve this action?\nSpecify reason if you reject")
    return {
        "messages": [
            HumanMessage(content=f"was {a['decision']}. {'Comment: ' + a['reason'] if a['reason'] else ''}")
        ],
        "status": a["decision"],
        "reservation": state.get("r") if a["decision"] == "approved" else None,
    }


def is_a_list_of_decisions_of_which_the_first_counts(state: dict[str, Any]) -> Any:
    """answer: {decisions?: [{type?: "reject" | …, decision_type?: "reject" | …, edited_action?: {args?: {title?: text?}}}]}"""
    approval = interrupt(
        {"type": "notion_page_update", "action": {"tool": "update", "params": {"page": "x"}}, "context": {}}
    )
    decisions = approval.get("decisions", [])
    if not decisions:
        return {"status": "error"}
    decision = decisions[0]
    kind = decision.get("type") or decision.get("decision_type")
    if kind == "reject":
        return {"status": "rejected"}
    edited = decision.get("edited_action", {})
    args = edited.get("args", {}) if edited else {}
    return {"status": "ok", "title": args.get("title", "t")}


def is_anything_but_a_decision_to_approve(state: dict[str, Any]) -> Any:
    """answer: {decision?: "approve" | …}"""
    a = interrupt({"type": "approval_required", "amount": 5, "recipient": "x"})
    if a.get("decision") != "approve":
        return {"status": "canceled"}
    return {"status": "success"}


def picks_a_proposal_by_its_number(state: dict[str, Any]) -> Any:
    """answer: {selected_proposal?: number, feedback?: text?}"""
    proposals = state["proposals"]
    c = interrupt({"type": "propose", "proposals": proposals})
    i = c.get("selected_proposal", 0) if isinstance(c, dict) else 0
    selected = proposals[i] if i < len(proposals) else proposals[0]
    feedback = c.get("feedback", "") if isinstance(c, dict) else ""
    return {"selected": {**selected, "user_feedback": feedback}}


def is_a_word_or_coordinates(state: dict[str, Any]) -> Any:
    """answer: "skip" | "done" | … (any case and space) or text"""
    choice = interrupt("done, skip or coordinates cx,cy,cz").strip()
    if choice.lower() in ("skip",):
        return {"s": "skipped"}
    if choice.lower() == "done":
        return {"s": "box"}
    parts = choice.replace(",", " ").split()
    return {"s": [float(p) for p in parts]}


def is_a_choice_under_a_key(state: dict[str, Any]) -> Any:
    """answer: {choice?: text?}"""
    c = interrupt({"message": "Welcome", "options": ["create_new", "review_existing", "exit"]})
    return {**state, "user_input": c.get("choice", "create_new")}


def is_a_slot_in_an_object_or_by_its_name(state: dict[str, Any]) -> Any:
    """answer: {slot_id?: text?} or text?"""
    sel = interrupt({"type": "slot", "slots": state["slots"], "message": "Choose"})
    slot = None
    if isinstance(sel, dict):
        slot = sel.get("slot_id")
    elif isinstance(sel, str):
        slot = sel
    if slot:
        parts = slot.split("|")
        if len(parts) == 2:
            return {"doctor": int(parts[0]), "at": parts[1]}
    return {}


def is_somebody_or_the_usual_one(state: dict[str, Any]) -> Any:
    """answer: text?"""
    sel = interrupt({"team": "t", "candidates": state["c"]})
    chosen = sel or "default@x"
    return {"assigned_to": chosen, "notes": [f"selected: {chosen}"]}


def is_a_list_that_is_asked_for_once_more(state: dict[str, Any]) -> Any:
    """
    answer: {questions?: [text?, …]}
    answer: {questions?: [text?, …]}
    """
    e = interrupt({"questions": state["g"]})
    qs = _questions(e)
    if not qs:
        e = interrupt({"questions": state["g"], "error": "Add one"})
        qs = _questions(e)
    return {"g": qs}


def is_a_plan_or_nothing(state: dict[str, Any]) -> Any:
    """answer: {plan?: {sub_questions: unknown}}"""
    plan = state["p"]
    e = interrupt({"plan": plan, "hint": "edit"})
    final = e.get("plan") or plan
    return {"plan": final["sub_questions"]}


def is_asked_of_two_levels(state: dict[str, Any]) -> Any:
    """
    answer: {approved: true | false}
    answer: {approved: true | false}
    """
    if not interrupt({"level": "lead", "amount": 5})["approved"]:
        return {"m": "no"}
    if state["amount"] > 10 and not interrupt({"level": "boss", "amount": 5})["approved"]:
        return {"m": "no"}
    return {"r": 1}
