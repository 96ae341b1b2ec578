"""Several agents and a person who take turns: one node for the person, or one for each agent."""

from typing import Any, Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, interrupt


def speak(name: str, state: MessagesState) -> AIMessage:
    return AIMessage(f"{name} heard: {state['messages'][-1].text}", name=name)


def travel(state: MessagesState) -> Command[Literal["hotel", "human"]]:
    said = state["messages"][-1].text
    update = {"messages": [speak("travel", state)]}
    return Command(update=update, goto="hotel" if "hotel" in said else "human")


def hotel(state: MessagesState) -> Command[Literal["human"]]:
    return Command(update={"messages": [speak("hotel", state)]}, goto="human")


def human(state: MessagesState) -> Command[Literal["hotel", "travel", "human", "__end__"]]:
    """Waits for the person, and hands back to the agent that spoke last."""
    user_input = interrupt(value="Ready for user input.")
    active_agent = next(m.name for m in reversed(state["messages"]) if isinstance(m, AIMessage))
    if user_input == "bye":
        return Command(update={"messages": [AIMessage("Goodbye.")]}, goto="__end__")
    return Command(update={"messages": [HumanMessage(user_input)]}, goto=active_agent)  # type: ignore[arg-type]


def build_shared() -> Any:
    builder: Any = StateGraph(MessagesState)
    builder.add_node("travel", travel)
    builder.add_node("hotel", hotel)
    builder.add_node("human", human)
    builder.add_edge(START, "travel")
    return builder.compile()


shared = build_shared()


def own_travel(state: MessagesState) -> Command[Literal["travel_human"]]:
    return Command(update={"messages": [speak("travel", state)]}, goto="travel_human")


def travel_human(_state: MessagesState) -> Command[Literal["travel", "hotel"]]:
    user_input = interrupt("Ready for travel input.")
    return Command(
        update={"messages": [{"role": "human", "content": user_input}]},
        goto="hotel" if "hotel" in user_input else "travel",
    )


def own_hotel(state: MessagesState) -> Command[Literal["hotel_human"]]:
    return Command(update={"messages": [speak("hotel", state)]}, goto="hotel_human")


def hotel_human(_state: MessagesState) -> Command[Literal["hotel", "__end__"]]:
    user_input = interrupt("Ready for hotel input.")
    if user_input == "bye":
        return Command(update={"messages": [AIMessage("Goodbye.")]}, goto="__end__")
    return Command(update={"messages": [{"role": "human", "content": user_input}]}, goto="hotel")


def build_own() -> Any:
    builder: Any = StateGraph(MessagesState)
    builder.add_node("travel", own_travel)
    builder.add_node("travel_human", travel_human)
    builder.add_node("hotel", own_hotel)
    builder.add_node("hotel_human", hotel_human)
    builder.add_edge(START, "travel")
    return builder.compile()


per_agent = build_own()


@task
def call_advisor(messages: list[BaseMessage]) -> list[BaseMessage]:
    return [AIMessage(f"advisor heard: {messages[-1].text}")]


@entrypoint(checkpointer=InMemorySaver())
def functional(question: str) -> str:
    messages: Any = [HumanMessage(question)]
    while True:
        messages = [*messages, *call_advisor(messages).result()]
        user_input = interrupt(value="Ready for user input.")
        if user_input == "bye":
            return str(messages[-1].text)
        messages = [*messages, HumanMessage(user_input)]
