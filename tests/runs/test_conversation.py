"""What a graph's messages are known by, so that each is posted once."""

from typing import Any

from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from countersign.runs.state.conversation import agent_messages


async def _keys_of_two_runs(**given: Any) -> list[int]:
    builder: Any = StateGraph(MessagesState)
    builder.add_node("say", lambda _state: {"messages": [AIMessage("Good morning.", **given)]})
    builder.add_edge(START, "say")
    graph = builder.compile(checkpointer=InMemorySaver())
    counts = []
    for text in ("one", "two"):
        state = await graph.ainvoke({"messages": [("user", text)]}, {"configurable": {"thread_id": "1"}})
        counts.append(len({message.key for message in agent_messages(state["messages"])}))
    return counts


async def test_the_same_words_are_a_message_of_their_own_in_each_run() -> None:
    assert await _keys_of_two_runs() == [1, 2]


async def test_a_message_that_replaces_itself_under_a_fixed_id_is_nothing_new() -> None:
    assert await _keys_of_two_runs(id="fixed") == [1, 1]
