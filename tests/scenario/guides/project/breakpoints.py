"""Static breakpoints and NodeInterrupt, as the older guides have them."""

import warnings
from typing import Any, NotRequired

from langchain.agents import create_agent
from langchain_core.tools import tool
from langgraph.errors import NodeInterrupt
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, create_react_agent, tools_condition
from typing_extensions import TypedDict

from tests.support.fakes.tool_calling_model import ToolCallingModel


@tool
def transfer(amount: int, to: str) -> str:
    """Transfer money."""
    return f"transferred {amount} to {to}"


prebuilt = create_agent(ToolCallingModel(), [transfer], interrupt_before=["tools"])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    react = create_react_agent(ToolCallingModel(), [transfer], interrupt_before=["tools"])
    react_v1 = create_react_agent(ToolCallingModel(), [transfer], interrupt_before=["tools"], version="v1")


def build_own(**breakpoints: Any) -> Any:
    def chatbot(state: MessagesState) -> dict[str, Any]:
        return {"messages": [ToolCallingModel().invoke(state["messages"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("chatbot", chatbot)
    builder.add_node("tools", ToolNode([transfer]))
    builder.add_conditional_edges("chatbot", tools_condition)
    builder.add_edge("tools", "chatbot")
    builder.add_edge(START, "chatbot")
    return builder.compile(**breakpoints)


own = build_own(interrupt_before=["tools"])
own_after = build_own(interrupt_after=["chatbot"])


class Steps(TypedDict):
    input: str
    log: NotRequired[str]


def step(name: str) -> Any:
    def run(state: Steps) -> dict[str, Any]:
        return {"log": f"{state.get('log', '')}{name}({state['input']}) "}

    return run


def build_steps(**breakpoints: Any) -> Any:
    builder = StateGraph(Steps)
    for name in ("step_1", "step_2", "step_3"):
        builder.add_node(name, step(name))
    builder.add_edge(START, "step_1")
    builder.add_edge("step_1", "step_2")
    builder.add_edge("step_2", "step_3")
    builder.add_edge("step_3", END)
    return builder.compile(**breakpoints)


before_step = build_steps(interrupt_before=["step_3"])
edit_state = build_steps(interrupt_before=["step_2"])
before_and_after = build_steps(interrupt_before=["step_1"], interrupt_after=["step_2"])


def check_length(state: Steps) -> dict[str, Any]:
    if len(state["input"]) > 5:
        with warnings.catch_warnings():  # it is deprecated, which a test takes for an error
            warnings.simplefilter("ignore")
            raise NodeInterrupt(f"This is longer than 5 characters: {state['input']}")
    return step("step_2")(state)  # type: ignore[no-any-return]


def build_dynamic() -> Any:
    builder = StateGraph(Steps)
    builder.add_node("step_1", step("step_1"))
    builder.add_node("step_2", check_length)
    builder.add_node("step_3", step("step_3"))
    builder.add_edge(START, "step_1")
    builder.add_edge("step_1", "step_2")
    builder.add_edge("step_2", "step_3")
    return builder.compile()


dynamic = build_dynamic()
