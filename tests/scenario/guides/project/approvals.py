"""Approve or reject, review and edit, wait for words: the first examples of every guide."""

import operator
from typing import Annotated, Any, Literal, NotRequired

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict


class Request(TypedDict):
    request: str
    approved: NotRequired[bool]
    status: NotRequired[str]


def single(state: type, node: Any) -> Any:
    """A graph of one node."""
    builder: Any = StateGraph(state)
    builder.add_node("only", node)
    builder.add_edge(START, "only")
    return builder.compile()


def keep_answer(_state: Request) -> dict[str, Any]:
    approved = interrupt("Do you approve this action?")
    return {"approved": approved}


def bare_string(state: Request) -> dict[str, Any]:
    if interrupt("Do you approve this action?"):
        return {"status": f"did {state['request']}"}
    return {"status": "left it"}


approval = single(Request, keep_answer)
approval_in_condition = single(Request, bare_string)


def ask(state: Request) -> Command[Literal["proceed", "cancel"]]:
    decision = interrupt({"question": "Shall this be done?", "details": state["request"]})
    return Command(goto="proceed" if decision else "cancel")


def build_routed() -> Any:
    builder: Any = StateGraph(Request)
    builder.add_node("ask", ask)
    builder.add_node("proceed", lambda _state: {"status": "done"})
    builder.add_node("cancel", lambda _state: {"status": "cancelled"})
    builder.add_edge(START, "ask")
    builder.add_edge("proceed", END)
    builder.add_edge("cancel", END)
    return builder.compile()


routed = build_routed()


def check_output(state: Request) -> Command[Literal["approved_path", "rejected_path"]]:
    is_approved = interrupt({"question": "Is this correct?", "llm_output": state["request"].upper()})
    if is_approved:
        return Command(goto="approved_path", update={"approved": True})
    return Command(goto="rejected_path", update={"approved": False})


def build_checked() -> Any:
    builder: Any = StateGraph(Request)
    builder.add_node("check", check_output)
    builder.add_node("approved_path", lambda _state: {"status": "sent"})
    builder.add_node("rejected_path", lambda _state: {"status": "dropped"})
    builder.add_edge(START, "check")
    return builder.compile()


checked = build_checked()


class Text(TypedDict):
    text: str
    summary: NotRequired[str]


def edit_content(state: Text) -> dict[str, Any]:
    edited = interrupt({"instruction": "Read this and correct it", "content": state["text"]})
    return {"text": edited}


def edit_summary(state: Text) -> dict[str, Any]:
    summary = f"In short: {state['text']}"
    result = interrupt({"task": "Read the summary and correct it.", "generated_summary": summary})
    return {"summary": result["edited_summary"]}


def revise(state: Text) -> dict[str, Any]:
    return {"text": interrupt({"text_to_revise": state["text"]})}


review_content = single(Text, edit_content)
review_summary = single(Text, edit_summary)
revise_text = single(Text, revise)


class Feedback(TypedDict):
    input: str
    user_feedback: NotRequired[str]


def human_feedback(_state: Feedback) -> dict[str, Any]:
    feedback = interrupt("Please give feedback:")
    return {"user_feedback": feedback}


def build_feedback() -> Any:
    builder: Any = StateGraph(Feedback)
    builder.add_node("step_1", lambda _state: {})
    builder.add_node("human_feedback", human_feedback)
    builder.add_node("step_3", lambda _state: {})
    builder.add_edge(START, "step_1")
    builder.add_edge("step_1", "human_feedback")
    builder.add_edge("human_feedback", "step_3")
    return builder.compile()


wait_for_feedback = build_feedback()


class Plan(TypedDict):
    topic: str
    remarks: NotRequired[Annotated[list[str], operator.add]]
    status: NotRequired[str]


def review_plan(state: Plan) -> Command[Literal["plan", "write"]]:
    feedback = interrupt(f"The plan for {state['topic']}, version {len(state.get('remarks', []))}. Fine?")
    if isinstance(feedback, bool) and feedback is True:
        return Command(goto="write")
    if isinstance(feedback, str):
        return Command(goto="plan", update={"remarks": [feedback]})
    raise TypeError(f"{type(feedback)} is not supported.")


def build_plan() -> Any:
    builder: Any = StateGraph(Plan)
    builder.add_node("plan", lambda _state: {})
    builder.add_node("review", review_plan)
    builder.add_node("write", lambda state: {"status": f"wrote it after {state.get('remarks', [])}"})
    builder.add_edge(START, "plan")
    builder.add_edge("plan", "review")
    return builder.compile()


plan = build_plan()
