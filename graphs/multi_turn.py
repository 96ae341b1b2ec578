"""Pattern: agents that talk with a person over several turns, and hand the conversation to each other.

A planner and a treasurer prepare an event. Whoever is active answers; then a person has the turn; "done"
ends it. In `separate`, each agent has a human node of its own. In `shared`, both use one human node, which
hands the answer back to the agent that is active. Either way the node that waits for the person does
nothing else, so nothing but the question runs again.
"""

from typing import Any, Literal, NotRequired, Protocol, TypeAlias

from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, interrupt

from graphs.model import chat_model

Agent: TypeAlias = Literal["planner", "treasurer"]


class State(MessagesState):
    active: NotRequired[Agent]


class Node(Protocol):
    def __call__(self, state: State) -> Any: ...


@tool
def hand_over_to_treasurer() -> str:
    """Hand the conversation to the treasurer, for everything about money."""
    return "The treasurer takes over."


@tool
def hand_over_to_planner() -> str:
    """Hand the conversation to the planner, for everything but money."""
    return "The planner takes over."


def agent(name: Agent, other: Agent, human: str) -> Node:
    """Make an agent's node: it answers and gives the person the turn, or hands over."""
    hand_over = hand_over_to_planner if other == "planner" else hand_over_to_treasurer
    model = chat_model().bind_tools([hand_over], parallel_tool_calls=False)
    prompt = SystemMessage(f"You are the {name} of a team event. Answer in one or two sentences.")

    async def step(state: State) -> Command[str]:
        answer = await model.ainvoke([prompt, *state["messages"]])
        if not answer.tool_calls:
            return Command(update={"messages": [answer], "active": name}, goto=human)
        # Every call needs its result in the history, or the next request to the model is refused.
        results = [
            ToolMessage(hand_over.invoke({}), tool_call_id=call["id"], name=call["name"])
            for call in answer.tool_calls
        ]
        return Command(update={"messages": [answer, *results], "active": other}, goto=other)

    return step


def ask(state: State) -> HumanMessage | None:
    """Wait for the person's words; None once they are done. What the agent said is a message already."""
    waits = f"The {state['active']} waits for your reply. “done” ends the conversation."
    reply: str = interrupt({"question": waits})
    return None if reply.strip().casefold() == "done" else HumanMessage(reply)


def human_of(name: Agent) -> Node:
    """Make a human node that belongs to one agent and always returns to it."""

    def human(state: State) -> Command[str]:
        reply = ask(state)
        return Command(update={"messages": [reply]}, goto=name) if reply else Command(goto="__end__")

    return human


def shared_human(state: State) -> Command[str]:
    """Be the one human node, which returns to whichever agent is active."""
    reply = ask(state)
    return Command(update={"messages": [reply]}, goto=state["active"]) if reply else Command(goto="__end__")


def separate() -> CompiledStateGraph[State, None, MessagesState, MessagesState]:
    """Plans an event with you: a planner and a treasurer take turns, and each asks you itself.

    Each agent has a human node of its own.
    """
    builder = StateGraph(State, input_schema=MessagesState, output_schema=MessagesState)
    for name, other in AGENTS:
        human = f"human_of_{name}"
        builder.add_node(name, agent(name, other, human), destinations=(human, other))
        builder.add_node(human, human_of(name), destinations=(name, "__end__"))
    builder.add_edge(START, "planner")
    return builder.compile()


def shared() -> CompiledStateGraph[State, None, MessagesState, MessagesState]:
    """Plans an event with you: a planner and a treasurer take turns in one conversation.

    Both agents share one human node.
    """
    builder = StateGraph(State, input_schema=MessagesState, output_schema=MessagesState)
    for name, other in AGENTS:
        builder.add_node(name, agent(name, other, "human"), destinations=("human", other))
    builder.add_node("human", shared_human, destinations=("planner", "treasurer", "__end__"))
    builder.add_edge(START, "planner")
    return builder.compile()


AGENTS: tuple[tuple[Agent, Agent], ...] = (("planner", "treasurer"), ("treasurer", "planner"))
