"""Answers that are words, lists or nothing, in the ways of public repositories."""

from dataclasses import dataclass
from typing import Any, Literal

from cases import Case, kept, only, ran  # type: ignore[import-not-found]
from langchain_core.messages import HumanMessage
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt


# A list of questions, answered by a list.
def discovery(state: Case) -> Any:
    questions = [f"What is {state['text']}?", "Who needs it?"]
    answers: list[str] = interrupt(questions)
    return ran(said="; ".join(f"{q} {a}" for q, a in zip(questions, answers, strict=False)))


# Options of another language; a yes of two of them.
def anonymized(state: Case) -> Any:
    decision = interrupt({"question": "Faut-il anonymiser ces données ?", "options": ["oui", "non"]})
    return ran() if str(decision).lower().strip() in ["yes", "oui"] else kept(heard=decision)


# A new text, or else a yes.
def suggestion(state: Case) -> Any:
    decision = interrupt({"question": "Approve this, or write another one?", "suggestion": state["text"]})
    if isinstance(decision, str) and decision.strip():
        return ran(suggestion=decision.strip())
    return ran(suggestion=state["text"]) if decision else kept()


# The decision is kept, and another node compares it.
def propose(state: Case) -> Any:
    return {
        "decision": interrupt(
            {"action": "delete_file", "target_path": state["text"], "message": "Delete it?"}
        )
    }


def delete(state: Case) -> Any:
    if state["decision"] != "approve":
        return kept()
    return ran()


# One word opens the gate.
def security(state: Case) -> Any:
    decision = interrupt(
        {"message": "Check the security review first.", "security_review_ref": state["text"]}
    )
    return ran() if decision == "approved" else kept()


# Done, or what is to be changed.
def post(state: Case) -> Any:
    feedback = interrupt({"generated_post": state["text"], "message": "Say what to change, or done."})
    return ran() if feedback.lower() in ["done", "d"] else kept(feedback=feedback)


# Two questions in one node, kept in an object of its own.
@dataclass
class Feedback:
    approval: str
    words: str


def in_the_loop(state: Case) -> Any:
    approval = interrupt(value="Do you approve?")
    words = interrupt(value=f"What do you think of this?\n{state['text']}")
    return {"decision": Feedback(approval, words)}


def after_the_loop(state: Case) -> Any:
    feedback: Feedback = state["decision"]
    if feedback.approval == "yes":
        return ran(words=feedback.words)
    return kept(words=feedback.words)


# A verb, a colon, notes.
def compliance(state: Case) -> Any:
    heard = interrupt(
        {"document": state["text"], "prompt": "'approve: notes', 'reject: notes' or 'escalate: notes'"}
    )
    action, _, notes = str(heard).strip().partition(":")
    status = {"approve": "approved", "reject": "rejected"}.get(action.strip().lower(), "pending")
    return ran(notes=notes.strip()) if status == "approved" else kept(status=status, notes=notes.strip())


# One of several words for a yes, or feedback.
def review(state: Case) -> Any:
    heard = interrupt({"draft": state["text"], "prompt": "Type 'approved', or what to change."})
    words = heard.strip()
    return ran() if words.lower() in ["approved", "yes", "accept", "ok"] else kept(feedback=words)


# Words that a model judges.
def judged(state: Case) -> Any:
    heard = interrupt({"generated_content": state["text"], "message": "Say what to change, or 'done'."})
    messages = [HumanMessage(content=heard)]
    return ran() if messages[0].content == "done" else kept(feedback=messages[0].content)


# Nothing is asked; words are expected.
def turn(state: Case) -> Any:
    heard = interrupt(None)
    return kept(said=HumanMessage(content=heard).content)


# An address, in an object or in words; some words skip it.
def resume(state: Case) -> Any:
    heard = interrupt({"prompt": f"Paste the address of {state['text']}, or type skip."})
    address = (
        (heard.get("url") or heard.get("content") or "") if isinstance(heard, dict) else str(heard or "")
    )
    address = address.strip()
    if address.lower() in {"skip", "no", "later", ""}:
        return kept()
    return ran(address=address) if address.startswith(("http://", "https://")) else kept(invalid=address)


# Whatever is answered, it goes on in the same way.
def waveform(state: Case) -> Any:
    _approval = interrupt({"reason": f"High risk: {state['text']}", "suggestion": "Stop the machine."})
    return ran()


# A yes-or-no question whose answer is dropped.
def release(state: Case) -> Any:
    interrupt({"question": "Release it?", "version": state["text"]})
    return ran()


# Two payments in LangChain's batched shape, whose decisions are dropped.
def payments(state: Case) -> Any:
    due = [{"name": "pay", "args": {"to": name, "for": state["text"]}} for name in ("Ada", "Bo")]
    may = [{"action_name": "pay", "allowed_decisions": ["approve", "edit", "reject"]}] * 2
    interrupt({"action_requests": due, "review_configs": may})
    return ran()


# The answer names the next node.
def gate(_state: Case) -> Command[Literal["pay", "__end__"]]:
    return Command(goto=interrupt("awaiting_approval"))


def pay(_state: Case) -> dict[str, Any]:
    done: dict[str, Any] = ran()
    return done


# A word of another language cancels; everything else is passed on.
def cancelled(state: Case) -> Any:
    heard = interrupt(f"¿Qué falta en {state['text']}?")
    return kept() if heard.lower() == "cancelar" else ran(heard=heard)


deletion = only(propose, delete)
looped = only(in_the_loop, after_the_loop)
router: Any = StateGraph(Case)
router.add_node("gate", gate)
router.add_node("pay", pay)
router.add_edge(START, "gate")
routed = router.compile()
discovery, anonymized, suggestion, security = (
    only(discovery),
    only(anonymized),
    only(suggestion),
    only(security),
)
post, compliance, review, judged = only(post), only(compliance), only(review), only(judged)
turn, resume, waveform, cancelled = only(turn), only(resume), only(waveform), only(cancelled)
release, payments = only(release), only(payments)
